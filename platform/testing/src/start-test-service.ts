import type { Calls, EventType, Service } from '@stoa/contract'
import { newId, type Clock, type NewId } from '@stoa/kernel'
import { staticResolver } from '@stoa/discovery'
import {
  dataSchemaOf,
  logMigrations,
  openEventLog,
  parseCloudEvent,
  type CloudEvent,
  type EventLog,
} from '@stoa/events'
import type { Database } from '@stoa/postgres'
import type { AccessTable } from '@stoa/security'
import { migrationsOf, startService, type DefinedService, type RunningService, type ServiceConfig } from '@stoa/service'
import { testDatabase } from './database.ts'
import { asCaller, testIdentity, type TestCaller } from './test-identity.ts'
import { eventually } from './eventually.ts'

/** The options of a service under test. */
export interface TestServiceOptions<S extends Service> {
  readonly access: AccessTable
  /** Stubs of the services it calls, with the interface of the real ones; calling an omitted method throws. */
  readonly calls?: { readonly [Callee in keyof S['calls']]?: Partial<Calls<S['calls']>[Callee]> }
  /** Settings in addition to those of every test. */
  readonly settings?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly newId?: NewId
}

/** A request to a service under test. */
export interface TestRequest {
  readonly as?: TestCaller
  readonly body?: unknown
  /** Instead of `body`: JSON text that is sent unchanged. */
  readonly text?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A response of a service under test; `body` is undefined if it had none. */
export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: any
}

/** A complete service with its own database and event log. */
export interface TestService {
  readonly url: string
  readonly port: number
  readonly database: Database
  readonly running: RunningService
  readonly request: (method: string, path: string, request?: TestRequest) => Promise<TestAnswer>
  /** Calls an RPC method as another service does, by Connect in JSON; a refusal is returned as its status. */
  readonly call: (
    method: string,
    input: object,
    keys?: { readonly key?: string; readonly compensates?: string },
  ) => Promise<TestAnswer>
  /** The first 1,000 events that the service has published, oldest first, of one type or of all; waits for the relay. */
  readonly published: (type?: string) => Promise<readonly CloudEvent[]>
  /** Publishes an event as another service would, and waits until it is in the log. */
  readonly receive: (event: EventType, subject: string, data: unknown) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts a service with its own databases, with stubs of the services it calls, and with test callers instead of tokens. */
export async function startTestService<S extends Service>(
  definition: DefinedService<any>,
  options: TestServiceOptions<S>,
): Promise<TestService> {
  const { name } = definition.contract
  const own = await testDatabase({ sets: await migrationsOf(definition), name })
  const log = await testDatabase({ sets: [logMigrations], name: `${name}_log` })
  const config = definition.config.parse({
    DATABASE_URL: own.url,
    LOG_DATABASE_URL: log.url,
    PORT: '0',
    LOG_LEVEL: 'error',
    STOA_ENV: 'development',
    READ_CONNECTIONS: '4',
    WRITE_CONNECTIONS: '8',
    ...options.settings,
  }) as ServiceConfig
  const running = await startService(definition, {
    config,
    access: options.access,
    identity: testIdentity(options.access),
    resolver: staticResolver({}),
    calls: { for: () => standIns(options.calls ?? {}), close() {} },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.newId === undefined ? {} : { newId: options.newId }),
  })
  const url = `http://127.0.0.1:${running.port}`
  const events = openEventLog({ url: log.url, applicationName: `${name}-test` })
  return {
    url,
    port: running.port,
    database: own.database,
    running,
    request: (method, path, request = {}) => send(url, method, path, request),
    call: (method, input, { key = newId(), compensates } = {}) =>
      send(url, 'POST', `/${definition.contract.rpc?.service.typeName as string}/${method}`, {
        as: { subject: 'service:test', roles: ['service'] },
        key,
        body: input,
        ...(compensates === undefined ? {} : { headers: { compensates } }),
      }),
    published: (type) => published(own.database, events, name, type),
    receive: (event, subject, data) => receive(events, event, subject, data),
    async stop() {
      await running.stop()
      await events.close()
      await Promise.all([own.close(), log.close()])
    },
  }
}

function standIns(calls: { readonly [callee: string]: object | undefined }): unknown {
  return new Proxy(calls, {
    get: (known, callee) =>
      new Proxy(known[String(callee)] ?? {}, {
        get(methods: Record<string, unknown>, method) {
          const standIn = methods[String(method)]
          if (standIn === undefined) throw new Error(`the test has no stand-in for ${String(callee)}.${String(method)}`)
          return standIn
        },
      }),
  })
}

async function send(
  url: string,
  method: string,
  path: string,
  { as, body, text: given, key, headers }: TestRequest,
): Promise<TestAnswer> {
  const sent = given ?? (body === undefined ? undefined : JSON.stringify(body))
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(as === undefined ? {} : { authorization: asCaller(as) }),
      ...(sent === undefined
        ? {}
        : { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await answer.text()
  const isJson = /json/.test(answer.headers.get('content-type') ?? '')
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? undefined : isJson ? JSON.parse(text) : text,
  }
}

async function published(
  database: Database,
  log: EventLog,
  service: string,
  type?: string,
): Promise<readonly CloudEvent[]> {
  await eventually(async () => {
    const [row] = await database.read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
    if (row?.pending !== 0) throw new Error('the outbox is not empty yet')
  })
  const { events } = await log.read({
    topics: [`${service}.events`],
    limit: 1_000,
    ...(type === undefined ? {} : { types: [type] }),
  })
  return events.map(({ event }) => parseCloudEvent(event))
}

async function receive(log: EventLog, event: EventType, subject: string, data: unknown): Promise<void> {
  const id = newId()
  const topic = 'test.events'
  await log.declare(topic, [event])
  const cloudEvent: CloudEvent = {
    specversion: '1.0',
    id,
    source: '/services/test',
    type: event.type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(event, 'http://127.0.0.1:8080'),
    partitionkey: subject,
    correlationid: id,
    data,
  }
  await log.append({ topic, records: [{ id, type: event.type, key: subject, event: JSON.stringify(cloudEvent) }] })
}
