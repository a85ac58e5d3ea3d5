import { describeService, errors, event } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { asyncApiDocument } from './async-api.ts'

const packed = event('parcel.packed', '1.0.0', Type.Object({ step: Type.Integer() }))
const ordered = event('order.confirmed', '1.1.0', Type.Object({ orderId: Type.String() }))
const parcels = describeService({
  name: 'parcel',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  publishes: { packed },
  consumes: { ordered },
  personalData: 'none',
})

test('names the topic, what is sent and received, and the schema of each event', () => {
  expect(asyncApiDocument(parcels, { title: 'Parcels', version: '1' })).toMatchObject({
    asyncapi: '3.0.0',
    channels: {
      published: { address: 'parcel.events', messages: { packed: { $ref: '#/components/messages/packed' } } },
      consumed: { messages: { ordered: { $ref: '#/components/messages/ordered' } } },
    },
    operations: { publish: { action: 'send' }, consume: { action: 'receive' } },
    components: {
      messages: {
        packed: {
          payload: { properties: { dataschema: { pattern: expect.any(String) }, data: { type: 'object' } } },
        },
        ordered: { payload: { properties: { type: { const: 'order.confirmed' } } } },
      },
    },
  })
})

test('leaves out what a service does not do', () => {
  const silent = { ...parcels, publishes: {}, consumes: {} }
  expect(asyncApiDocument(silent, { title: 'Silent', version: '1' })).toMatchObject({ channels: {}, operations: {} })
})
