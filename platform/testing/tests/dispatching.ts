import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { create, createFileRegistry } from '@bufbuild/protobuf'
import type { GenService } from '@bufbuild/protobuf/codegenv2'
import { file_google_protobuf_wrappers, FileDescriptorSetSchema, type StringValueSchema } from '@bufbuild/protobuf/wkt'
import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, event, pick, post } from '@stoa/contract'
import { defineService } from '@stoa/service'
import { Type } from 'typebox'

const text = '.google.protobuf.StringValue'
const file = {
  name: 'courier.proto',
  package: 'courier',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  service: [
    { name: 'Courier', method: ['Book', 'Cancel'].map((name) => ({ name, inputType: text, outputType: text })) },
  ],
}
const described = create(FileDescriptorSetSchema, { file: [file_google_protobuf_wrappers.proto, file] })
interface TextMethod {
  readonly methodKind: 'unary'
  readonly input: typeof StringValueSchema
  readonly output: typeof StringValueSchema
}
type CourierMethods = { book: TextMethod; cancel: TextMethod }
// made by hand what buf generates
const Courier = createFileRegistry(described).getService('courier.Courier') as unknown as GenService<CourierMethods>

export const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({ parcelId: Type.String() }))
export const parcelLost = event('parcel.lost', '1.0.0', Type.Object({ parcelId: Type.String() }))

const dispatching = describeService({
  name: 'dispatching',
  port: 9001,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    dispatch: post('/api/v1/parcels', {
      summary: 'Dispatch a parcel',
      permission: 'public',
      owner: 'none',
      body: Type.Object({}),
      answers: { 201: Type.Object({ booked: Type.String() }) },
    }),
  },
  consumes: { parcelPacked },
  calls: { courier: pick(Courier, 'book', 'cancel') },
  tasks: {
    sweep: { payload: Type.Object({ failing: Type.Boolean() }) },
    'sweep-once': { payload: Type.Object({}), attempts: 1 },
  },
  personalData: 'none',
})

/** A service that calls a courier for each request and each event, and hides the errors of the courier. */
export async function dispatchingService() {
  return defineService(dispatching, {
    config: defineConfig('dispatching', serviceSettings('dispatching', 9001)),
    migrations: pathToFileURL(await mkdtemp(join(tmpdir(), 'dispatching-'))),
    deps: () => ({}),
    bind: () => ({
      operations: {
        async dispatch({ calls, commit }) {
          const booked = await calls.courier.book({}).then(
            ({ value }) => `booked "${value}"`,
            () => 'nothing',
          )
          return commit(async () => ({ status: 201, body: { booked } }))
        },
      },
      rpc: {},
      consumes: {
        parcelPacked: {
          prepare: ({ calls, event: { subject } }) =>
            Promise.allSettled([calls.courier.cancel({ value: subject }), calls.courier.book({ value: subject })]),
          apply: async () => {},
        },
      },
      sagas: {},
      tasks: {
        async sweep({ payload }) {
          if (payload.failing) throw new Error('no broom')
        },
        'sweep-once': () => Promise.reject(new Error('no broom')),
      },
      personalData: 'none',
    }),
  })
}
