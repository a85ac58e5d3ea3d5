import { describeService, errors, event, post } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { checkBindings } from './check-bindings.ts'

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({ parcelId: Type.String() }))
const described = describeService({
  name: 'packing',
  port: 9001,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    pack: post('/api/v1/parcels', {
      summary: 'Pack a parcel',
      permission: 'public',
      owner: 'none',
      body: Type.Object({}),
      answers: { 201: Type.Object({}) },
      refuses: [],
    }),
  },
  consumes: { parcelPacked },
  sagas: { dispatch: { version: 1, input: Type.Object({}) } },
  tasks: { sweep: { payload: Type.Object({}) } },
  personalData: { name: 'to address the parcel' },
})
const handler = () => {}
const whole = {
  operations: { pack: handler },
  rpc: {},
  consumes: { parcelPacked: handler },
  sagas: { dispatch: {} },
  tasks: { sweep: handler },
  personalData: { export: handler, erase: handler },
}

test('a service with a handler for everything it declares passes', () => {
  expect(() => checkBindings(described, whole as never)).not.toThrow()
})

test.each([
  [{ operations: {} }, 'operation pack has no handler'],
  [{ consumes: {} }, 'consumer parcelPacked has no handler'],
  [{ sagas: {} }, 'saga dispatch has no handler'],
  [{ tasks: {} }, 'task sweep has no handler'],
  [{ tasks: { sweep: undefined } }, 'task sweep has no handler'],
  [{ personalData: 'none' }, 'personalData has no export and erase'],
  [{ rpc: { weigh: handler } }, 'RPC method weigh is bound, but the contract does not declare it'],
  [{ tasks: { sweep: handler, dust: handler } }, 'task dust is bound, but the contract does not declare it'],
])('%o is refused', (part, sentence) => {
  expect(() => checkBindings(described, { ...whole, ...part } as never)).toThrow(sentence)
})

test('every fault is named at once', () => {
  expect(() => checkBindings(described, { ...whole, operations: {}, tasks: {} } as never)).toThrow(
    'operation pack has no handler; task sweep has no handler',
  )
})
