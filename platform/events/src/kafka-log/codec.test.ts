import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventOf, messageOf, summaryOf, type KafkaContent } from './codec.ts'

const numbered = { producer: 'order', batch: 3, firstEventId: '019a8f1e-0000-7000-8000-000000000001' }
const id = '019a8f1e-0000-7000-8000-000000000001'

function stored(event: string, type = 'order.created'): KafkaContent {
  const { value, headers } = messageOf({ id, type, key: 'order 1', event }, 7, numbered)
  return { value, headers: [...headers] }
}

test('an event comes back character by character, whatever it consists of', () => {
  const attribute = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(',"data":'))
  const name = fc.stringMatching(/^[a-z0-9]{1,20}$/).filter((each) => each !== 'data' && each !== '__proto__')
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(attribute, fc.jsonValue())), fc.jsonValue(), (attributes, data) => {
      const event = JSON.stringify({ ...attributes, id, data })
      expect(eventOf(stored(event))).toBe(Buffer.from(event).toString())
    }),
  )
})

test('the attributes are headers by the Kafka binding of CloudEvents, and the data is the value', () => {
  const event = JSON.stringify({ id, type: 'order.created', datacontenttype: 'application/json', data: { total: 5 } })
  const { headers, value } = stored(event, 'order.created/2')
  expect(headers.map(([name, text]) => [String(name), String(text)])).toEqual([
    ['ce_id', id],
    ['ce_type', 'order.created'],
    ['content-type', 'application/json'],
    ['stoa_type', 'order.created/2'],
    ['stoa_position', '7'],
    ['stoa_batch', JSON.stringify(numbered)],
  ])
  expect(String(value)).toBe('{"total":5}')
  expect(summaryOf({ headers, value })).toEqual({ id, type: 'order.created/2', position: 7, numbered })
})

test('a record of another program has no summary', () => {
  expect(summaryOf({ value: Buffer.from('x'), headers: [[Buffer.from('ce_id'), Buffer.from('1')]] })).toBeUndefined()
})

test.each(['{', '7', '{"producer":"order"}'])('nor has one whose number of a batch is %s', (batch) => {
  const { value, headers } = stored('{"id":"1","data":{}}')
  const changed = headers.map(
    ([name, text]) => [name, String(name) === 'stoa_batch' ? Buffer.from(batch) : text] as const,
  )
  expect(summaryOf({ value, headers: changed })).toBeUndefined()
})
