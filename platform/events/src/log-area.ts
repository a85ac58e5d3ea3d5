import { parseInstant, type Service } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { foundAt, limitOf, textOf, unknownPath, type Area } from '@stoa/kernel/admin'
import type { Database } from '@stoa/postgres'
import { deadLetters } from './dead-letters.ts'
import type { EventLog, LogPage, ReadOptions } from './event-log.ts'
import { consumedTypes } from './log-type.ts'
import { planReplay, replay, type ReplayFrom } from './replay.ts'

/** `/admin/events`: the event log of the whole system. */
export function logArea(log: EventLog | undefined): Area {
  return async ({ method, path, query }) => {
    if (method !== 'GET' || path.length > 1 || log === undefined) throw unknownPath()
    const [id] = path
    return id === undefined ? readEvents(log, { query, limit: limitOf(query) }) : foundAt(await findEvent(log, id))
  }
}

interface ConsumerOptions {
  readonly log: EventLog | undefined
  readonly database: Database
  readonly service: Service
}

/** `/admin/consumer`: the consumer group of a service; it can be paused, resumed and moved back. */
export function consumerArea({ log, database, service }: ConsumerOptions): Area {
  return async ({ method, path, body }) => {
    const [action] = path
    if (log === undefined || Object.keys(service.consumes).length === 0) throw unknownPath()
    if (method === 'GET' && action === undefined) return readConsumer({ log, database, service })
    if (method === 'POST' && (action === 'pause' || action === 'resume')) {
      return pauseConsumer(log, service, action === 'pause')
    }
    if (method === 'POST' && action === 'replay') return replayConsumer({ log, database, service }, await body())
    throw unknownPath()
  }
}

interface LogQuery {
  readonly query: URLSearchParams
  readonly limit: number
}

/** A page of the event log of the whole system; `from` is `start`, `end`, `last` (the default) or a time. */
async function readEvents(log: EventLog, { query, limit }: LogQuery): Promise<unknown> {
  const given = (name: string) => textOf(query, name)
  const cursor = given('cursor')
  const options: ReadOptions = {
    limit,
    from: cursor === undefined ? parseFrom(given('from') ?? 'last') : { cursor },
    ...(given('type') === undefined ? {} : { types: query.getAll('type') }),
    ...(given('subject') === undefined ? {} : { subject: query.get('subject') ?? '' }),
    ...(given('text') === undefined ? {} : { text: query.get('text') ?? '' }),
  }
  const page = await log.read(options).catch((error: unknown) => {
    if (error instanceof TypeError) throw platformError('request.invalid', 'The cursor was not returned by this list.')
    throw error
  })
  return { items: page.events.map(shown), cursor: page.cursor }
}

/** One event, by its id. */
async function findEvent(log: EventLog, id: string): Promise<unknown> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined
  const [event] = (await log.read({ eventId: id, limit: 1 })).events
  return event === undefined ? undefined : shown(event)
}

interface Consumer {
  readonly log: EventLog
  readonly database: Database
  readonly service: Service
}

/** The position of the consumer group of a service. */
async function readConsumer({ log, database, service }: Consumer): Promise<unknown> {
  const [partitions, since] = await Promise.all([log.lag(service.name), log.pausedSince(service.name)])
  const lag = partitions.reduce((sum, each) => sum + each.lag, 0)
  const strandedKeys = await deadLetters(database).countStranded()
  const pausedSince = since?.toString() ?? null
  return { group: service.name, types: consumedTypes(service), pausedSince, lag, strandedKeys, partitions }
}

/** Pauses the consumer group in all instances of the service, also after restarts, until it is resumed; or resumes it. */
async function pauseConsumer(log: EventLog, service: Service, isPaused: boolean): Promise<unknown> {
  const isKnown = isPaused ? await log.pause(service.name) : await log.resume(service.name)
  if (!isKnown) {
    throw platformError('events.unknown_group', `There is no consumer group ${service.name} in the event log.`)
  }
  return { group: service.name, isPaused }
}

/** Moves the group back to the position in the body; with `isDryRun` only returns the plan. */
function replayConsumer(
  { log, database, service }: Consumer,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { from, isDryRun, anew } = body
  const start = typeof from === 'string' ? parseReplayFrom(from) : undefined
  if (start === undefined)
    throw platformError('request.invalid', 'from must be start, a time, or TOPIC/PARTITION:POSITION')
  const group = { log, database, group: service.name, types: consumedTypes(service) }
  return isDryRun === true ? planReplay(group, start) : replay(group, start, { anew: anew === true })
}

function parseFrom(text: string): Exclude<ReadOptions['from'], undefined> {
  if (text === 'start' || text === 'end' || text === 'last') return text
  return { since: parseTime(text) }
}

function parseReplayFrom(text: string): ReplayFrom {
  if (text === 'start') return text
  const [, topic, partition, position] = /^([a-z][a-z0-9.-]*)\/(\d{1,5}):(\d{1,15})$/.exec(text) ?? []
  if (topic !== undefined) return { topic, partition: Number(partition), position: Number(position) }
  return { since: parseTime(text) }
}

function parseTime(text: string): Temporal.Instant {
  try {
    return parseInstant(text)
  } catch {
    throw platformError('request.invalid', `"${text}" is not an RFC 3339 time.`)
  }
}

function shown({ topic, partition, position, appendedAt, event }: LogPage['events'][number]) {
  return { topic, partition, position, appendedAt: appendedAt.toString(), event: JSON.parse(event) as unknown }
}
