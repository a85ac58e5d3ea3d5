import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Service } from '@stoa/contract'
import { deadLetters, type EventLog, type LetterState } from '@stoa/events'
import type { ExtraRoute } from '@stoa/http'
import { AppError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { SagaEngine, SagaState } from '@stoa/saga'
import { failedTasks } from '@stoa/tasks'
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
  const [, , name = '', ...path] = url.pathname.split('/').map(decodeURIComponent)
  const area = Object.hasOwn(areas, name) ? areas[name] : undefined
  if (area === undefined) throw unknownPath()
  const body = () => readBody(request)
  const result = await area({ method: request.method ?? 'GET', path, query: url.searchParams, body })
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
}

async function serveSagas({ method, path, query }: AdminRequest, sagas: SagaEngine | undefined): Promise<unknown> {
  const [id, action] = path
  if (sagas === undefined) {
    if (method === 'GET' && id === undefined) return { items: [] }
    throw unknownPath()
  }
  if (method === 'GET' && id === undefined) {
    const state = query.get('state')
    const type = query.get('type')
    const cursor = query.get('cursor')
    return sagas.list({
      limit: limitOf(query),
      ...(state === null ? {} : { state: state as SagaState }),
      ...(type === null ? {} : { type }),
      ...(cursor === null ? {} : { cursor }),
    })
  }
  if (id === undefined) throw unknownPath()
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
    const state = (query.get('state') ?? 'dead') as LetterState
    return { items: await letters.list({ state, after: Number(query.get('after') ?? 0), limit: limitOf(query) }) }
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

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw new AppError('invalid', 'request.invalid', 'limit is 1 to 200')
  return limit
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

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > 65_536) throw new AppError('too_large', 'request.too_large', 'the body is too large')
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {
    // not JSON: refused below
  }
  throw new AppError('malformed', 'request.malformed', 'the body is not a JSON object')
}
