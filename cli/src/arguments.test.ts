import { expect, test } from 'vitest'
import { readArguments, UsageError } from './arguments.ts'

test('the data folder is the one named', () => {
  expect(readArguments(['--data', '/elsewhere'], {}).folder.path).toBe('/elsewhere')
})

test('an unknown option is named, without what is about Node’s own parser', () => {
  expect(() => readArguments(['--bad'], {})).toThrow("Unknown option '--bad': --help shows the usage")
})

test('an argument too many is wrong usage', () => {
  expect(() => readArguments(['one', 'two'], {}, { positionals: 1 })).toThrow(UsageError)
  expect(readArguments(['one'], {}, { positionals: 1 }).positionals).toEqual(['one'])
})
