import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Service } from '@stoa/contract'
import { deadLetters, type EventLog, type LetterState } from '@stoa/events'
import type { ExtraRoute } from '@stoa/http'
import { AppError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { SagaEngine, SagaState } from '@stoa/saga'
import { failedTasks } from '@stoa/tasks'
import { choiceOf, limitOf, readBody, segmentsOf, textOf, wholeNumberOf } from './admin-input.ts'
import { findEvent, readConsumer, readEvents, replayConsumer } from './event-endpoints.ts'

interface AdminOptions {
  readonly service: Service
  readonly database: Database
  /** The event log, when the service has to do with events and has opened it. */
  readonly log: () => EventLog | undefined
  /** The engine, when the service has sagas and has started it. */
  readonly sagas: () => SagaEngine | undefined
  /** The service's own. */
  readonly own: Readonly<Record<string, Area>>
}

/** A request to an operating endpoint, by one of `ops`. */
export interface AdminRequest {
  readonly method: string
  /** The path behind `/admin/`, in segments. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly body: () => Promise<Record<string, unknown>>
}

/** Answers the requests to one operating endpoint and what is below it; what it throws is answered as a problem. */
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

/** The operating endpoints of a service, on its own port and for `ops` only: sagas, dead letters, outbox, tasks, events. */
export function adminEndpoints(options: AdminOptions): ExtraRoute {
  const areas: Readonly<Record<string, Area>> = {
    ...options.own,
    sagas: (request) => serveSagas(request, options.sagas()),
    'dead-letters': (request) => serveDeadLetters(request, options.database),
    outbox: (request) => serveOutbox(request, options.database),
    tasks: (request) => serveTasks(request, options.database),
    events: (request) => serveEvents(request, options.log()),
    consumer: (request) => serveConsumer(request, options),
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
  if (method === 'POST' && id === 'retry' && action === undefined) return { keys: await letters.retryAll() }
  const number = numberOf(id)
  if (method === 'GET' && action === undefined) return found(await letters.find(number))
  if (method === 'POST' && action === 'retry')
    return found((await letters.retry(number)) ? { retried: number } : undefined)
  if (method === 'POST' && action === 'discard') {
    const { reason } = await body()
    if (typeof reason !== 'string' || reason === '') throw new AppError('invalid', 'request.invalid', 'say a reason')
    return found((await letters.discard(number, reason)) ? { discarded: number } : undefined)
  }
  throw unknownPath()
}

async function serveOutbox({ method, path }: AdminRequest, database: Database): Promise<unknown> {
  if (method !== 'GET' || path.length > 0) throw unknownPath()
  const [row] = await database.read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
  return { pending: row?.pending ?? 0 }
}

async function serveTasks({ method, path, query }: AdminRequest, database: Database): Promise<unknown> {
  const tasks = failedTasks(database)
  const [id, action] = path
  if (method === 'GET' && id === undefined) return { items: await tasks.list(limitOf(query)) }
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
  if (method === 'GET' && action === undefined) return readConsumer(log, service)
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
  return new AppError('not_found', 'request.path_unknown', 'There is nothing here.')
}
