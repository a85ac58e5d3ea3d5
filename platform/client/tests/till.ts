import { once } from 'node:events'
import { createServer, type Http2ServerRequest } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { create, createFileRegistry } from '@bufbuild/protobuf'
import { file_google_protobuf_empty, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { describeService, errors, type CallOptions } from '@stoa/contract'
import { staticResolver } from '@stoa/discovery'
import type { AppError } from '@stoa/kernel'
import { toConnectError } from '@stoa/rpc'
import { createTelemetry } from '@stoa/telemetry'
import { connectCalls, makeBreakers, type CallCause, type CallClientOptions } from '../src/index.ts'

const empty = '.google.protobuf.Empty'
const file = {
  name: 'till.proto',
  package: 'till',
  syntax: 'proto3',
  dependency: ['google/protobuf/empty.proto'],
  service: [
    {
      name: 'Till',
      method: ['Pay', 'Count'].map((name) => ({ name, inputType: empty, outputType: empty })),
    },
  ],
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
  calls: { till: { service: till as never, methods: ['pay', 'count'] } },
  personalData: 'none',
})

/** What a till does with a call: answers, refuses, hangs up, or never answers. */
export type TillAnswer = undefined | AppError | 'hangs up' | 'is silent'

/** A till that does as `answerTo` says, by how it is asked, and a shop that pays there. */
export async function openTill(
  tokens: CallClientOptions['tokens'],
  answerTo: (authorization: string | undefined, request: Http2ServerRequest) => TillAnswer,
) {
  const server = createServer((request, response) => {
    request.resume()
    const refusal = answerTo(request.headers.authorization, request)
    if (refusal === 'hangs up') return request.stream.session?.destroy()
    if (refusal === 'is silent') return undefined
    if (refusal === undefined) return response.writeHead(200, { 'content-type': 'application/proto' }).end()
    const error = toConnectError(refusal)
    response.writeHead(codeToHttpStatus(error.code), { 'content-type': 'application/json' })
    return response.end(errorToJsonBytes(error, undefined))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const telemetry = createTelemetry({
    service: 'shop',
    environment: 'test',
    version: '0',
    instance: 'test',
    logLevel: 'silent',
    spanSinks: [],
  })
  const breakers = makeBreakers(telemetry)
  const client = connectCalls({
    service: shop,
    resolver: staticResolver({ till: [`127.0.0.1:${(server.address() as AddressInfo).port}`] }),
    tokens,
    breakers,
    telemetry,
    newId: () => 'id',
  })
  type Clients = { till: Record<'pay' | 'count', (request: object, options?: CallOptions) => Promise<object>> }
  const ask = (method: 'pay' | 'count', cause: CallCause, options?: CallOptions): Promise<string> =>
    (client.for(cause) as Clients).till[method]({}, options).then(
      () => 'paid',
      (error: AppError) => error.code ?? String(error),
    )
  return {
    /** The outcome of a payment: `paid`, or the code of the refusal. */
    pay: (cause: CallCause = {}, options?: CallOptions) => ask('pay', cause, options),
    count: () => ask('count', {}),
    breakers,
    close() {
      client.close()
      breakers.close()
      server.close()
    },
  }
}
