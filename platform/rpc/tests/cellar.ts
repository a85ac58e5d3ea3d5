import { create, createFileRegistry } from '@bufbuild/protobuf'
import {
  file_google_protobuf_wrappers,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { describeService, errors, rpc, type Principal } from '@stoa/contract'
import { systemClock, type Clock } from '@stoa/kernel'
import { createTelemetry } from '@stoa/telemetry'
import type { Mesh } from '@stoa/security'
import { openPort, rpcServer, type Port } from '../src/index.ts'

const bytes = '.google.protobuf.BytesValue'
const file = create(FileDescriptorProtoSchema, {
  name: 'cellar.proto',
  package: 'cellar',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  service: [{ name: 'Cellar', method: [{ name: 'Store', inputType: bytes, outputType: bytes }] }],
})
const described = create(FileDescriptorSetSchema, { file: [file_google_protobuf_wrappers.proto, file] })
// what a generated service is, made by hand
export const Cellar: any = createFileRegistry(described).getService('cellar.Cellar')

/** The path of the method that takes bytes. */
export const storePath = '/cellar.Cellar/Store'

const service = describeService({
  name: 'cellar',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  rpc: rpc(Cellar, { store: { effect: 'read' } } as never),
  personalData: 'none',
})

/** The log of the cellar: a list of lines. */
export const logged: string[] = []

const telemetry = createTelemetry({
  service: 'cellar',
  environment: 'test',
  version: '0',
  instance: 'test',
  logLevel: 'warn',
  destination: { write: (line: string) => logged.push(line) } as never,
  spanSinks: [],
})

const principal = (kind: Principal['kind'], subject: string = kind, isDeclared = kind === 'service'): Principal => ({
  kind,
  subject,
  roles: [],
  can: () => false,
  mayCall: () => isDeclared,
})

/** `Bearer order` is a token of order, which declares the call, and `Bearer search!` one of search, which does not. */
function principalOf(authorization: string | undefined): Principal {
  const [, name] = /^Bearer (\w+)!?$/.exec(authorization ?? '') ?? []
  if (name === undefined) return principal('anonymous')
  if (name === 'service') return principal('service')
  return principal('service', `service:${name}`, authorization?.endsWith('!') !== true)
}

type ServerOptions = Parameters<typeof rpcServer>[0]
type PortLimits = Parameters<typeof openPort>[0]['limits']

interface CellarOptions {
  readonly limits?: ServerOptions['limits']
  readonly connections?: PortLimits
  readonly store?: () => Promise<unknown>
  readonly load?: ServerOptions['load']
  readonly mesh?: Mesh
  readonly clock?: Clock
}

/** Opens a port with one method, which services alone may call. */
export function openCellar({
  limits,
  connections,
  load,
  mesh,
  clock = systemClock,
  store = async () => ({}),
}: CellarOptions = {}): Promise<Port> {
  const server = rpcServer({
    service,
    handlers: { store },
    database: {} as never,
    makeTx: () => {
      throw new Error('nothing is written')
    },
    calls: () => ({}),
    authenticate: async (authorization) => principalOf(authorization),
    telemetry,
    clock,
    isReady: () => true,
    ...(load === undefined ? {} : { load }),
    ...(limits === undefined ? {} : { limits }),
    ...(mesh === undefined ? {} : { mesh }),
  })
  return openPort({
    host: '127.0.0.1',
    port: 0,
    http1: server.handler,
    http2: server.handler,
    takesStream: server.unary,
    ...(connections === undefined ? {} : { limits: connections }),
    ...(mesh === undefined ? {} : { mesh: { identity: mesh, logger: telemetry.logger } }),
  })
}
