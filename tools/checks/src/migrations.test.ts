import { expect, test } from 'vitest'
import { checkMigrations, complaintsOf } from './migrations.ts'
import { root } from './root.ts'

const complaints = (name: string) => complaintsOf(root, `tools/checks/fixtures/migrations/${name}.sql`)

test('a migration that only adds what the release before can bear passes', async () => {
  expect(await complaints('0001-expand')).toEqual([])
})

test('catches every statement that the release before cannot bear', async () => {
  const found = (await complaints('0002-contract-unmarked')).map((line) => /"(.*?)" (\w+)/.exec(line)?.[2])
  expect(found).toEqual(['drops', 'adds', 'requires', 'changes', 'refuses', 'renames', 'refuses', 'drops'])
})

test('the last step of an earlier expansion passes, with its reason', async () => {
  expect(await complaints('0003-contract-marked')).toEqual([])
  expect(await complaints('0004-contract-of-nothing')).toEqual([
    expect.stringContaining('0009-later is not an earlier migration'),
  ])
})

test('migrations of services pass', async () => {
  expect(await checkMigrations(root, ['services', 'control', 'examples', 'tools'])).toEqual([])
})
