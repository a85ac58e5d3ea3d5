import { describe, expect, test } from 'vitest'
import { messageOf, wavesOf } from './messages.ts'

const event = {
  specversion: '1.0',
  id: '01a22c72-36c0-76fb-8080-0d4d788a6f3a',
  source: '/order',
  type: 'order.created',
  subject: 'order-1',
  time: '2026-11-30T12:00:00.750Z',
  datacontenttype: 'application/json',
  dataschema: 'http://127.0.0.1:8080/schemas/order.created/1.2',
  partitionkey: 'order-1',
  correlationid: 'request-1',
  data: { total: '12.00' },
}

describe('an event as a message', () => {
  test('is the JSON of the log, with its attributes where receivers route and find by them', () => {
    const text = JSON.stringify(event)
    expect(messageOf({ id: event.id, type: 'order.created', event: text })).toEqual({
      key: 'order-1',
      type: 'order.created',
      routingKey: 'order.created',
      content: Buffer.from(text),
      properties: {
        messageId: event.id,
        type: 'order.created',
        correlationId: 'request-1',
        timestamp: Date.parse('2026-11-30T12:00:00Z') / 1_000,
        contentType: 'application/cloudevents+json; charset=UTF-8',
        headers: {
          ce_type: 'order.created',
          ce_subject: 'order-1',
          ce_source: '/order',
          ce_dataschema: event.dataschema,
          ce_partitionkey: 'order-1',
        },
      },
    })
  })

  test('of a later major version does not reach a queue that is bound to the type', () => {
    const { routingKey } = messageOf({ id: event.id, type: 'order.created/2', event: JSON.stringify(event) })
    expect(routingKey).toBe('order.created.2')
  })
})

test('a wave has one message of each key, and the messages of a key are in their order', () => {
  const messages = ['a1', 'b1', 'a2', 'a3', 'c1', 'b2'].map((name) => ({ key: name.slice(0, 1), name }))
  const names = wavesOf(messages).map((wave) => wave.map(({ name }) => name))
  expect(names).toEqual([['a1', 'b1', 'c1'], ['a2', 'b2'], ['a3']])
})
