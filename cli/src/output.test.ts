import { expect, test } from 'vitest'
import { commands } from './commands.ts'
import { formatTable } from './output.ts'
import { overview } from './overview.ts'

test('columns are as wide as their widest value, without spaces at the end', () => {
  expect(formatTable(['A', 'LONG'], [['wide', 'x']])).toEqual(['A     LONG', 'wide  x'])
})

test('every command has help that begins with its usage', async () => {
  const loaded = await Promise.all(
    Object.entries(commands).map(async ([name, { load }]) => ({ name, help: (await load()).help })),
  )
  expect(loaded.filter(({ name, help }) => !help.startsWith(`Usage: stoa ${name}`))).toEqual([])
})

test('the overview names every command', () => {
  const text = overview(commands)
  expect(Object.keys(commands).filter((name) => !text.includes(`  ${name}`))).toEqual([])
})
