import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Consumed, EventData, FlagValue, Service, TaskPayload } from '@stoa/contract'
import { newId, type Branded, type Clock, type NewId } from '@stoa/kernel'
import { asCaller, staticIdentity, type LocalCaller } from '@stoa/local'
import { staticResolver } from '@stoa/discovery'
import { logMigrations, openEventLog, type CloudEvent } from '@stoa/events'
import type { Database } from '@stoa/postgres'
import type { AccessTable } from '@stoa/security'
import { migrationsOf, startService, type DefinedService, type RunningService, type ServiceConfig } from '@stoa/service'
import { testDatabase, type TestDatabase } from './database.ts'
import { published, receive } from './events.ts'
import { runTask, type TaskOutcome } from './run-task.ts'
import { stubCalls, type StubbedCalls, type Stubs } from './stubs.ts'

/** The options of a service under test. */
export interface TestServiceOptions<S extends Service> {
  readonly access: AccessTable
  /** Stubs of the services it calls. A call of a service that is not among them fails the test. */
  readonly calls?: Stubs<S>
  /** Settings in addition to those of every test. */
  readonly settings?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly newId?: NewId
  /** Values of flags, read at each evaluation; a flag that it omits has its default. */
  readonly flags?: { readonly [Key in keyof S['flags'] & string]?: FlagValue }
}

/** A request to a service under test. */
export interface TestRequest {
  readonly as?: LocalCaller
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

/** A value as JSON carries it: an id is a string. */
export type AsJson<Value> =
  Value extends Branded<string, string>
    ? string
    : Value extends readonly (infer Item)[]
      ? readonly AsJson<Item>[]
      : Value extends object
        ? { readonly [Name in keyof Value]: AsJson<Value[Name]> }
        : Value

/**
 * A complete service with its own database and event log, typed by its contract. After the first call that has no stub, every
 * function of it rejects with `MissingStub`, and so does `stop`, once the service has stopped.
 */
export interface TestService<S extends Service = Service> {
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
  /**
   * Publishes an event as another service would, and waits until it is in the log.
   * @throws Error when the contract does not consume the event, TypeError when the data does not fit its schema
   */
  readonly receive: <E extends Consumed<S>>(event: E, subject: string, data: AsJson<EventData<E>>) => Promise<void>
  /** Enqueues a declared task, and resolves with the outcome of its first attempt. */
  readonly runTask: <Name extends keyof S['tasks'] & string>(
    task: Name,
    payload: AsJson<TaskPayload<S, Name>>,
  ) => Promise<TaskOutcome>
  readonly stop: () => Promise<void>
}

/** Starts a service with its own databases, with stubs of the services it calls, and with test callers instead of tokens. */
export async function startTestService<S extends Service>(
  definition: DefinedService<any, S>,
  options: TestServiceOptions<S>,
): Promise<TestService<S>> {
  const service: Service = definition.contract
  const { name } = service
  const own = await testDatabase({ sets: await migrationsOf(definition), name })
  const log = await testDatabase({ sets: [logMigrations], name: `${name}_log` })
  const calls = stubCalls(service, options.calls ?? {})
  const running = await run(definition, options, { own, log, calls })
  const url = `http://127.0.0.1:${running.port}`
  const events = openEventLog({ url: log.url, applicationName: `${name}-test` })
  return {
    url,
    port: running.port,
    database: own.database,
    running,
    request: (method, path, request = {}) => calls.watch(send(url, method, path, request)),
    call: (method, input, { key = newId(), compensates } = {}) =>
      calls.watch(
        send(url, 'POST', `/${service.rpc?.service.typeName as string}/${method}`, {
          as: { subject: 'service:test', roles: ['service'] },
          key,
          body: input,
          ...(compensates === undefined ? {} : { headers: { compensates } }),
        }),
      ),
    published: (type) => calls.watch(published(own.database, events, name, type)),
    receive: (event, subject, data) => calls.watch(receive(events, service, { event, subject, data })),
    runTask: (task, payload) => calls.watch(runTask(own.database, service, task, payload)),
    async stop() {
      await running.stop()
      await events.close()
      await Promise.all([own.close(), log.close()])
      calls.end()
    },
  }
}

interface Surroundings {
  readonly own: TestDatabase
  readonly log: TestDatabase
  readonly calls: StubbedCalls
}

function run<S extends Service>(
  definition: DefinedService<any, S>,
  { access, settings, clock, newId: makeId, flags }: TestServiceOptions<S>,
  { own, log, calls }: Surroundings,
): Promise<RunningService> {
  const config = definition.config.parse({
    DATABASE_URL: own.url,
    LOG_DATABASE_URL: log.url,
    PORT: '0',
    LOG_LEVEL: 'error',
    STOA_ENV: 'development',
    READ_CONNECTIONS: '4',
    WRITE_CONNECTIONS: '8',
    BLOB_FOLDER: join(tmpdir(), `stoa-blobs-${newId()}`),
    ...settings,
  }) as ServiceConfig
  return startService(definition, {
    config,
    access,
    identity: staticIdentity(access, definition.contract.name),
    resolver: staticResolver({}),
    calls: { for: () => calls.clients, close() {} },
    flags: flags ?? {},
    ...(clock === undefined ? {} : { clock }),
    ...(makeId === undefined ? {} : { newId: makeId }),
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
