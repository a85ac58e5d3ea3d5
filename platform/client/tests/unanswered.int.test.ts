import { once } from 'node:events'
import { createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { create, createFileRegistry } from '@bufbuild/protobuf'
import { file_google_protobuf_empty, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { describeService, errors } from '@stoa/contract'
import { staticResolver } from '@stoa/discovery'
import { AppError } from '@stoa/kernel'
import { toConnectError } from '@stoa/rpc'
import { createTelemetry } from '@stoa/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectCalls, type CallClient } from '../src/index.ts'

const empty = '.google.protobuf.Empty'
const file = {
  name: 'till.proto',
  package: 'till',
  syntax: 'proto3',
  dependency: ['google/protobuf/empty.proto'],
  service: [{ name: 'Till', method: [{ name: 'Pay', inputType: empty, outputType: empty }] }],
}
const described = create(FileDescriptorSetSchema, { file: [file_google_protobuf_empty.proto, file] })
const till = createFileRegistry(described).getService('till.Till')

const shop = describeService({
  name: 'shop',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  calls: { till: { service: till as never, methods: ['pay'] } },
  personalData: 'none',
})

const away = new AppError('unavailable', 'till.away', 'away')
const declined = new AppError('conflict', 'till.declined', 'declined')
let answers: (AppError | undefined)[]
let server: Http2Server
let client: CallClient

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    const answer = answers.shift()
    if (answer === undefined) return response.writeHead(200, { 'content-type': 'application/proto' }).end()
    const error = toConnectError(answer)
    response.writeHead(codeToHttpStatus(error.code), { 'content-type': 'application/json' })
    return response.end(errorToJsonBytes(error, undefined))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  client = connectCalls({
    service: shop,
    resolver: staticResolver({ till: [`127.0.0.1:${(server.address() as AddressInfo).port}`] }),
    token: async () => 'token',
    telemetry: createTelemetry({
      service: 'shop',
      environment: 'test',
      version: '0',
      instance: 'test',
      logLevel: 'silent',
      spanSinks: [],
    }),
    newId: () => 'id',
  })
})
afterAll(() => {
  client.close()
  server.close()
})

async function pay(...script: readonly (AppError | undefined)[]) {
  answers = [...script]
  let unanswered = 0
  const onUnanswered = () => void unanswered++
  const { till: clients } = client.for({ onUnanswered }) as { till: { pay: (request: object) => Promise<object> } }
  const outcome = await clients.pay({}).then(
    () => 'paid',
    (error: AppError) => error.code,
  )
  return { outcome, unanswered }
}

test('a call that is answered at once, also with a refusal, leaves nothing in doubt', async () => {
  expect(await pay(undefined)).toEqual({ outcome: 'paid', unanswered: 0 })
  expect(await pay(declined)).toEqual({ outcome: 'till.declined', unanswered: 0 })
})

test('a refusal after an attempt without an answer comes with word of that attempt', async () => {
  expect(await pay(away, declined)).toEqual({ outcome: 'till.declined', unanswered: 1 })
  expect(await pay(away, undefined)).toEqual({ outcome: 'paid', unanswered: 1 })
})
