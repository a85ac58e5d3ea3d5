import { expect, test } from 'vitest'
import { checkFileNames, findBannedWord } from './file-names.ts'
import { root } from './root.ts'

test('catches a banned name of a file and of a folder', async () => {
  const lines = await checkFileNames(root, ['tools/checks/fixtures/file-names'], [])
  expect(lines.map((line) => line.split(':')[0])).toEqual([
    'tools/checks/fixtures/file-names/helpers',
    'tools/checks/fixtures/file-names/order-utils.ts',
  ])
})

test.each(['database.ts', 'place-order.ts', 'baseline.ts', 'simple.ts'])('%s is no banned name', (name) => {
  expect(findBannedWord(name)).toBeUndefined()
})
