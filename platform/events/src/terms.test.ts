import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isIdentifier, termOf, termsOf } from './terms.ts'

test('identifiers are single words with a digit', () => {
  expect(['TEA-GREEN-100', '018f3c1e-9a0b-7c3d-8e4f-5a6b7c8d9e0f', 'naïve-1'].every(isIdentifier)).toBe(true)
  expect(['confirmed', 'a 1', 'A1', 'x'.repeat(128) + '1', ''].some(isIdentifier)).toBe(false)
})

test('an event is found by its ids and by each identifier in its data, once', () => {
  const [id, order] = [crypto.randomUUID(), crypto.randomUUID()]
  const data = { orderId: order, lines: [{ sku: 'TEA-1' }, { sku: 'TEA-1' }], status: 'confirmed', total: 12 }
  const terms = termsOf(JSON.stringify({ id, source: '/services/x1', subject: 'a', correlationid: 'about b', data }))
  expect(terms).toEqual([id, 'a', 'about b', order, 'TEA-1'].map(termOf))
})

test('terms come from the same strings as the parsed event has, however it is written', () => {
  const word = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[A-Z]{2,4}-[0-9]{1,6}$/),
    fc.uuid(),
    fc.constantFrom('"1a"', 'a\\1b', 'naïve-1', '\u0000123', '}1],{', 'x1'.repeat(64), 'x1'.repeat(65), 'data', 'id'),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.double(),
      fc.constantFrom(null, true),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
    ),
  }))
  const event = fc.record({ time: word, data: tree, source: word, id: fc.uuid(), correlationid: word, subject: word })
  fc.assert(
    fc.property(event, fc.constantFrom(undefined, 2), (value, indent) => {
      const byValue = (a: number, b: number) => a - b
      const strings = new Set([
        value.id,
        value.subject,
        value.correlationid,
        ...stringsIn(value.data).filter(isIdentifier),
      ])
      expect(termsOf(JSON.stringify(value, undefined, indent)).toSorted(byValue)).toEqual(
        [...new Set([...strings].map(termOf))].toSorted(byValue),
      )
    }),
  )
})

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
