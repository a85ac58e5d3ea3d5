import { expect, test } from 'vitest'
import { readArguments, readLimit, readReaching, UsageError } from './arguments.ts'

test('the data folder is the one named', () => {
  expect(readArguments(['--data', '/elsewhere'], {}).folder.path).toBe('/elsewhere')
})

test('an unknown option is named, without what is about Node’s own parser', () => {
  expect(() => readArguments(['--bad'], {})).toThrow("Unknown option '--bad'; --help shows the usage")
})

test('the value of an option may be a negative number, which the command can then refuse', () => {
  const options = { rate: { type: 'string' }, json: { type: 'boolean' } } as const
  expect(readArguments(['--rate', '-1', '--json'], options).values).toMatchObject({ rate: '-1', json: true })
  expect(readArguments(['--rate', '-.5'], options).values.rate).toBe('-.5')
  expect(() => readArguments(['--json', '-1'], options)).toThrow("Unknown option '-1'; --help shows the usage")
})

test('a limit is a whole number from 1 to 200', () => {
  for (const text of ['-1', '0', '201', '1.5', 'abc', ''])
    expect(() => readLimit(text)).toThrow(`--limit takes a whole number from 1 to 200, not "${text}"`)
  expect([readLimit('200'), readLimit(undefined)]).toEqual(['200', undefined])
})

test('an argument too many is wrong usage', () => {
  expect(() => readArguments(['one', 'two'], {}, { positionals: 1 })).toThrow(UsageError)
  expect(readArguments(['one'], {}, { positionals: 1 }).positionals).toEqual(['one'])
})

test('a command about this machine says so when it is given the URL of another system', () => {
  expect(() => readArguments(['--url', 'https://shop.example'], {})).toThrow('only with a system on this machine')
})

test('a deployed system is reached at the URL given, and no token goes over plain HTTP to another machine', () => {
  const urlOf = (url: string) => readReaching(['--url', url], {}).system.url
  expect(urlOf('https://shop.example/')).toBe('https://shop.example')
  expect(urlOf('http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080')
  expect(() => urlOf('http://shop.example')).toThrow('use https')
  expect(() => urlOf('shop.example')).toThrow('is not the URL of a system')
})
