import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeArray } from './columns.ts'
import { encodeParameter, json } from './parameters.ts'

test('an instant keeps its microseconds and loses what the database cannot hold', () => {
  const instant = Temporal.Instant.from('2026-11-21T03:15:00.123456789Z')
  expect(encodeParameter(instant)).toBe('2026-11-21T03:15:00.123456Z')
})

test('undefined is null, also inside an array and as json', () => {
  expect(encodeParameter(undefined)).toBe(null)
  expect(encodeParameter([undefined, null, 1])).toBe('{NULL,NULL,"1"}')
  expect(encodeParameter(json(undefined))).toBe(null)
})

test('what is no SQL value is refused', () => {
  expect(() => encodeParameter({ amount: 1 })).toThrow('json(value)')
  expect(() => encodeParameter(new Map())).toThrow(TypeError)
  expect(() => encodeParameter(() => 1)).toThrow('function')
  expect(() => encodeParameter(Symbol('s'))).toThrow('symbol')
})

test('any array of texts is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (texts) => {
      const encoded = encodeParameter(texts)
      expect(decodeArray(String(encoded), (text) => text)).toEqual(texts)
    }),
  )
})

test('arrays are read in the form that the server writes', () => {
  const read = (text: string) => decodeArray(text, Number)
  expect(read('{}')).toEqual([])
  expect(read('{1,NULL,3}')).toEqual([1, null, 3])
  expect(read('{{1,2},{3,4}}')).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(read('[0:1]={5,6}')).toEqual([5, 6])
})
