import { parseInstant, type Service } from '@stoa/contract'
import {
  consumedTypes,
  deadLetters,
  planReplay,
  replay,
  type EventLog,
  type LogPage,
  type ReadOptions,
  type ReplayFrom,
} from '@stoa/events'
import { platformError } from '@stoa/kernel'
import { textOf } from './admin-input.ts'
import type { Database } from '@stoa/postgres'

interface LogQuery {
  readonly query: URLSearchParams
  readonly limit: number
}

/** A page of the event log of the whole system; `from` is `start`, `end`, `last` (the default) or a time. */
export async function readEvents(log: EventLog, { query, limit }: LogQuery): Promise<unknown> {
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
export async function findEvent(log: EventLog, id: string): Promise<unknown> {
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
export async function readConsumer({ log, database, service }: Consumer): Promise<unknown> {
  const [partitions, since] = await Promise.all([log.lag(service.name), log.pausedSince(service.name)])
  const lag = partitions.reduce((sum, each) => sum + each.lag, 0)
  const strandedKeys = await deadLetters(database).countStranded()
  const pausedSince = since?.toString() ?? null
  return { group: service.name, types: consumedTypes(service), pausedSince, lag, strandedKeys, partitions }
}

/** Pauses the consumer group in all instances of the service, also after restarts, until it is resumed; or resumes it. */
export async function pauseConsumer(log: EventLog, service: Service, isPaused: boolean): Promise<unknown> {
  const isKnown = isPaused ? await log.pause(service.name) : await log.resume(service.name)
  if (!isKnown) {
    throw platformError('events.unknown_group', `There is no consumer group ${service.name} in the event log.`)
  }
  return { group: service.name, isPaused }
}

/** Moves the group back to the position in the body; with `isDryRun` only returns the plan. */
export function replayConsumer(
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
