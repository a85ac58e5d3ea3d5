import { create, createFileRegistry, type DescMethodUnary } from '@bufbuild/protobuf'
import { file_google_protobuf_empty, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { fromBinary } from '@bufbuild/protobuf'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { describeService, errors, rpc, type Principal } from '@stoa/contract'
import { systemClock } from '@stoa/kernel'
import { createTelemetry } from '@stoa/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Health, HealthCheckResponse_ServingStatus as Status } from '../src/gen/health_pb.js'
import { ServerReflection } from '../src/gen/reflection_v1_pb.js'
import { ServerReflection as ServerReflectionAlpha } from '../src/gen/reflection_v1alpha_pb.js'
import { openPort, rpcServer, type Port } from '../src/index.ts'

const empty = '.google.protobuf.Empty'
const methods = ['Count', 'Audit'].map((name) => ({ name, inputType: empty, outputType: empty }))
const file = {
  name: 'till.proto',
  package: 'till',
  syntax: 'proto3',
  dependency: ['google/protobuf/empty.proto'],
  service: [{ name: 'Till', method: methods }],
}
const described = create(FileDescriptorSetSchema, { file: [file_google_protobuf_empty.proto, file] })
const Till = createFileRegistry(described).getService('till.Till') as any

const service = describeService({
  name: 'till',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  rpc: rpc(Till, { count: { effect: 'read' }, audit: { effect: 'read' } } as any),
  personalData: 'none',
})

const principal = (kind: Principal['kind']): Principal => ({
  kind,
  subject: kind,
  roles: [],
  can: () => false,
  mayCall: (name) => kind === 'service' && name.endsWith('/Count'),
})
let port: Port
let isReady = true
let counted = 0
let baseUrl: string

beforeAll(async () => {
  const telemetry = createTelemetry({
    service: 'till',
    environment: 'test',
    version: '0',
    instance: 'test',
    logLevel: 'silent',
    spanSinks: [],
  })
  const server = rpcServer({
    service,
    handlers: { count: async () => void counted++, audit: async () => {} },
    database: {} as never,
    makeTx: () => expect.unreachable(),
    calls: () => ({}),
    authenticate: async (authorization) =>
      authorization === undefined ? principal('anonymous') : principal(authorization.replace('Bearer ', '') as 'user'),
    telemetry,
    clock: systemClock,
    isReady: () => isReady,
  })
  port = await openPort({
    host: '127.0.0.1',
    port: 0,
    http1: server.handler,
    http2: server.handler,
    takesStream: server.unary,
  })
  baseUrl = `http://127.0.0.1:${port.port}`
})
afterAll(() => port.close(1_000))

const transports = {
  gRPC: () => createGrpcTransport({ baseUrl }),
  'gRPC-Web': () => createGrpcWebTransport({ baseUrl, httpVersion: '2' }),
  Connect: () => createConnectTransport({ baseUrl, httpVersion: '2' }),
  'Connect over HTTP/1.1': () => createConnectTransport({ baseUrl, httpVersion: '1.1' }),
}
const ask = async (
  transport: keyof typeof transports,
  method: DescMethodUnary,
  headers: Record<string, string> = {},
): Promise<string> => {
  const answer = transports[transport]().unary(method, undefined, undefined, headers, {}, undefined)
  return answer.then(
    () => 'ok',
    (error: unknown) => Code[ConnectError.from(error).code] ?? 'none',
  )
}
const asService = { authorization: 'Bearer service' }

test.each(Object.keys(transports) as (keyof typeof transports)[])(
  '%s has the status of its case',
  async (transport) => {
    const [count, audit] = Till.methods as [DescMethodUnary, DescMethodUnary]
    expect(await ask(transport, count, asService)).toBe('ok')
    expect(await ask(transport, count)).toBe('Unauthenticated')
    expect(await ask(transport, count, { authorization: 'Bearer user' })).toBe('PermissionDenied')
    expect(await ask(transport, audit, asService)).toBe('PermissionDenied')
    expect(await ask(transport, { ...count, name: 'Nothing' }, asService)).toBe('Unimplemented')
    expect(await ask(transport, { ...count, parent: { ...count.parent, typeName: 'no.Such' } }, asService)).toBe(
      'Unimplemented',
    )
  },
)

test('refusals are worded as over HTTP', async () => {
  const [count, audit] = Till.methods as [DescMethodUnary, DescMethodUnary]
  const refusal = async (method: DescMethodUnary, authorization: string | undefined) => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = transports.gRPC().unary(method, undefined, undefined, headers, {}, undefined)
    return answer.then(
      () => 'ok',
      (error: unknown) => ConnectError.from(error).rawMessage,
    )
  }
  expect(await refusal(count, undefined)).toBe('A bearer token is required.')
  expect(await refusal(count, 'Bearer user')).toBe('The token lacks the scope till.Till/Count.')
  expect(await refusal(audit, 'Bearer service')).toBe('service has not declared the call till.Till/Audit.')
  const health = createClient(Health, transports.gRPC())
  await expect(health.check({ service: 'nope' })).rejects.toMatchObject({
    rawMessage: 'The service nope is not available here.',
  })
})

test('a deadline that another clock has let pass is kept by the time that is left', async () => {
  const [count] = Till.methods as [DescMethodUnary]
  const before = counted
  const passed = { 'x-request-deadline': String(Date.now() - 10_000) }
  expect(await ask('Connect', count, { ...asService, ...passed })).toBe('DeadlineExceeded')
  expect(await ask('Connect', count, { ...asService, ...passed, 'grpc-timeout': '5S' })).toBe('ok')
  expect(await ask('Connect', count, { ...asService, 'grpc-timeout': '0m' })).toBe('DeadlineExceeded')
  expect(counted - before).toBe(1)
})

test('health is that of the server and of what it serves; of others it is not found', async () => {
  const health = createClient(Health, transports.gRPC())
  for (const name of ['', 'till.Till', 'grpc.health.v1.Health'])
    expect((await health.check({ service: name })).status).toBe(Status.SERVING)
  isReady = false
  expect((await health.check({ service: 'till.Till' })).status).toBe(Status.NOT_SERVING)
  isReady = true
  await expect(health.check({ service: 'nope' })).rejects.toMatchObject({ code: Code.NotFound })
  for await (const { status } of health.watch({ service: 'nope' })) {
    expect(status).toBe(Status.SERVICE_UNKNOWN)
    break
  }
})

test.each([
  ['v1', ServerReflection],
  ['v1alpha', ServerReflectionAlpha],
])('reflection %s lists the services and describes them, without a token', async (_, reflection) => {
  const client = createClient(reflection as typeof ServerReflection, transports.gRPC())
  async function* questions() {
    yield { messageRequest: { case: 'listServices' as const, value: '' } }
    for (const value of ['till.Till', 'till.Till.Count', 'google.protobuf.Empty', 'no.Such'])
      yield { messageRequest: { case: 'fileContainingSymbol' as const, value } }
    yield { messageRequest: { case: 'fileByFilename' as const, value: 'till.proto' } }
    yield { messageRequest: { case: 'fileByFilename' as const, value: 'nothing.proto' } }
    yield { messageRequest: { case: 'allExtensionNumbersOfType' as const, value: 'google.protobuf.Empty' } }
    yield { messageRequest: { case: undefined } }
  }
  const seen: unknown[] = []
  for await (const { messageResponse } of client.serverReflectionInfo(questions())) {
    if (messageResponse.case === 'fileDescriptorResponse') {
      const files = messageResponse.value.fileDescriptorProto
      seen.push(files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name))
    } else if (messageResponse.case === 'errorResponse') seen.push(Code[messageResponse.value.errorCode])
    else if (messageResponse.case === 'listServicesResponse')
      seen.push(messageResponse.value.service.map(({ name }) => name))
    else seen.push(messageResponse.value?.extensionNumber)
  }
  const till = ['till.proto', 'google/protobuf/empty.proto']
  expect(seen).toEqual([
    [
      'till.Till',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ],
    till,
    till,
    ['google/protobuf/empty.proto'],
    'NotFound',
    till,
    'NotFound',
    [],
    'InvalidArgument',
  ])
})
