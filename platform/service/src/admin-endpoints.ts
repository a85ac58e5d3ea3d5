import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Breakers } from '@stoa/client'
import type { Service } from '@stoa/contract'
import { deadLetters, type EventLog, type LetterState } from '@stoa/events'
import type { ExtraRoute } from '@stoa/http'
import { type AppError, platformError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { SagaEngine, SagaState } from '@stoa/saga'
import { failedTasks } from '@stoa/tasks'
import { choiceOf, limitOf, readBody, segmentsOf, textOf, wholeNumberOf } from './admin-input.ts'
import type { Health } from './health.ts'
import { findEvent, pauseConsumer, readConsumer, readEvents, replayConsumer } from './event-endpoints.ts'

interface AdminOptions {
  readonly service: Service
  readonly database: Database
  /** The event log, once it is open; undefined for a service without events. */
  readonly log: () => EventLog | undefined
  /** The saga engine, once it has started; undefined for a service without sagas. */
  readonly sagas: () => SagaEngine | undefined
  readonly breakers: Breakers
  readonly health: Health
  readonly instanceId: string
  /** The additional endpoints of the service. */
  readonly own: Readonly<Record<string, Area>>
}

/** A request to an operating endpoint, from a caller with the permission `ops`. */
export interface AdminRequest {
  readonly method: string
  /** The path behind `/admin/`, in segments. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly body: () => Promise<Record<string, unknown>>
}

/** Serves the requests to one operating endpoint and the paths below it; a thrown error becomes problem details. */
export type Area = (request: AdminRequest) => Promise<unknown>

const sagaStates: Readonly<Record<SagaState, true>> = {
  running: true,
  waiting: true,
  compensating: true,
  stuck: true,
  completed: true,
  compensated: true,
}
const letterStates: Readonly<Record<LetterState, true>> = { failing: true, waiting: true, dead: true, discarded: true }

/** The operating endpoints of a service, on its own port and for `ops` only: sagas, dead letters, outbox, tasks, events, circuit breakers. */
export function adminEndpoints(options: AdminOptions): ExtraRoute {
  const areas: Readonly<Record<string, Area>> = {
    ...options.own,
    sagas: (request) => serveSagas(request, options.sagas()),
    'dead-letters': (request) => serveDeadLetters(request, options.database),
    'circuit-breakers': (request) => serveBreakers(request, options.breakers),
    outbox: (request) => serveOutbox(request, options.database),
    tasks: (request) => serveTasks(request, options),
    events: (request) => serveEvents(request, options.log()),
    consumer: (request) => serveConsumer(request, options),
    health: (request) => serveHealth(request, options),
  }
  return { path: '/admin/*', permission: 'ops', handle: (request, response) => answer(request, response, areas) }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  areas: Readonly<Record<string, Area>>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://service')
  const [, , name = '', ...path] = segmentsOf(url.pathname)
  const area = Object.hasOwn(areas, name) ? areas[name] : undefined
  if (area === undefined) throw unknownPath()
  const body = () => readBody(request)
  const result = await area({ method: request.method ?? 'GET', path, query: url.searchParams, body })
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
}

/** `/health` for operators who reach the service only through the gateway, with the id of the responding instance. */
async function serveHealth({ method, path }: AdminRequest, { health, instanceId }: AdminOptions): Promise<unknown> {
  if (method !== 'GET' || path.length > 0) throw unknownPath()
  return { instance: instanceId, ...(await health.report()) }
}

async function serveSagas({ method, path, query }: AdminRequest, sagas: SagaEngine | undefined): Promise<unknown> {
  const [id, action] = path
  if (method === 'GET' && id === undefined) {
    const wanted = {
      limit: limitOf(query),
      state: choiceOf(query, 'state', sagaStates),
      type: textOf(query, 'type'),
      cursor: textOf(query, 'cursor'),
    }
    return sagas === undefined ? { items: [] } : sagas.list(wanted)
  }
  if (sagas === undefined || id === undefined) throw unknownPath()
  if (method === 'GET' && action === undefined) return sagas.show(id)
  if (method === 'POST' && action === 'retry') await sagas.retry(id)
  else if (method === 'POST' && action === 'compensate') await sagas.compensate(id)
  else if (method === 'POST' && action === 'skip') await sagas.skip(id)
  else throw unknownPath()
  return sagas.show(id)
}

async function serveDeadLetters({ method, path, query, body }: AdminRequest, database: Database): Promise<unknown> {
  const letters = deadLetters(database)
  const [id, action] = path
  if (method === 'GET' && id === undefined) {
    const state = choiceOf(query, 'state', letterStates) ?? 'dead'
    return { items: await letters.list({ state, after: wholeNumberOf(query, 'after'), limit: limitOf(query) }) }
  }
  if (method === 'POST' && id === 'retry' && action === undefined) return { count: await letters.retryAll() }
  const number = numberOf(id)
  if (method === 'GET' && action === undefined) return found(await letters.find(number))
  if (method === 'POST' && action === 'retry')
    return found((await letters.retry(number)) ? { retried: number } : undefined)
  if (method === 'POST' && action === 'discard') {
    const { reason } = await body()
    if (typeof reason !== 'string' || reason === '') throw platformError('request.invalid', 'say a reason')
    return found((await letters.discard(number, reason)) ? { discarded: number } : undefined)
  }
  throw unknownPath()
}

/** `GET` lists and `POST reset` closes the breakers selected by `callee`, `instance` and `scope` in the query. */
async function serveBreakers({ method, path, query }: AdminRequest, breakers: Breakers): Promise<unknown> {
  const given = { service: textOf(query, 'callee'), instance: textOf(query, 'instance'), scope: textOf(query, 'scope') }
  if (method === 'GET' && path.length === 0) return { items: breakers.list(given) }
  if (method === 'POST' && path.length === 1 && path[0] === 'reset') return { reset: breakers.reset(given) }
  throw unknownPath()
}

async function serveOutbox({ method, path }: AdminRequest, database: Database): Promise<unknown> {
  if (method !== 'GET' || path.length > 0) throw unknownPath()
  const [row] = await database.read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
  return { pending: row?.pending ?? 0 }
}

async function serveTasks(
  { method, path, query }: AdminRequest,
  { service, database }: Pick<AdminOptions, 'service' | 'database'>,
): Promise<unknown> {
  const tasks = failedTasks(database, Object.keys(service.tasks))
  const [id, action] = path
  if (method === 'GET' && id === undefined) return { items: await tasks.list(limitOf(query)) }
  if (method === 'POST' && id === 'retry' && action === undefined) return { count: await tasks.retryAll() }
  if (method === 'POST' && action === 'retry')
    return found((await tasks.retry(numberOf(id))) ? { retried: numberOf(id) } : undefined)
  if (method === 'POST' && action === 'discard') {
    return found((await tasks.discard(numberOf(id))) ? { discarded: numberOf(id) } : undefined)
  }
  throw unknownPath()
}

async function serveEvents({ method, path, query }: AdminRequest, log: EventLog | undefined): Promise<unknown> {
  if (method !== 'GET' || path.length > 1 || log === undefined) throw unknownPath()
  const [id] = path
  return id === undefined ? readEvents(log, { query, limit: limitOf(query) }) : found(await findEvent(log, id))
}

async function serveConsumer({ method, path, body }: AdminRequest, options: AdminOptions): Promise<unknown> {
  const { service, database } = options
  const log = options.log()
  const [action] = path
  if (log === undefined || Object.keys(service.consumes).length === 0) throw unknownPath()
  if (method === 'GET' && action === undefined) return readConsumer({ log, database, service })
  if (method === 'POST' && (action === 'pause' || action === 'resume')) {
    return pauseConsumer(log, service, action === 'pause')
  }
  if (method === 'POST' && action === 'replay') return replayConsumer({ log, database, service }, await body())
  throw unknownPath()
}

function numberOf(id: string | undefined): number {
  const number = Number(id)
  if (!Number.isSafeInteger(number) || number < 1) throw unknownPath()
  return number
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw unknownPath()
  return value
}

function unknownPath(): AppError {
  return platformError('request.path_unknown', 'There is no endpoint at this path.')
}
