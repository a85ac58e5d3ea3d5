import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { create, createFileRegistry } from '@bufbuild/protobuf'
import { file_google_protobuf_empty, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { describeService, errors } from '@stoa/contract'
import { staticResolver } from '@stoa/discovery'
import type { AppError } from '@stoa/kernel'
import { toConnectError } from '@stoa/rpc'
import { createTelemetry } from '@stoa/telemetry'
import { connectCalls, type CallCause, type CallClientOptions } from '../src/index.ts'

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

/** A till that answers as `answerTo` says, by whom it is asked, and a shop that pays there. */
export async function openTill(
  tokens: CallClientOptions['tokens'],
  answerTo: (authorization: string | undefined) => AppError | undefined,
) {
  const server = createServer((request, response) => {
    request.resume()
    const refusal = answerTo(request.headers.authorization)
    if (refusal === undefined) return response.writeHead(200, { 'content-type': 'application/proto' }).end()
    const error = toConnectError(refusal)
    response.writeHead(codeToHttpStatus(error.code), { 'content-type': 'application/json' })
    return response.end(errorToJsonBytes(error, undefined))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connectCalls({
    service: shop,
    resolver: staticResolver({ till: [`127.0.0.1:${(server.address() as AddressInfo).port}`] }),
    tokens,
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
  return {
    /** The outcome of a payment: `paid`, or the code of the refusal. */
    pay(cause: CallCause = {}): Promise<string> {
      const { till: clients } = client.for(cause) as { till: { pay: (request: object) => Promise<object> } }
      return clients.pay({}).then(
        () => 'paid',
        (error: AppError) => error.code,
      )
    },
    close() {
      client.close()
      server.close()
    },
  }
}
