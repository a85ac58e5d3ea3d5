import type { Service } from '@stoa/contract'
import { planReplay, replay, type EventLog, type LogPage, type ReadOptions, type ReplayFrom } from '@stoa/events'
import { AppError } from '@stoa/kernel'
import { textOf } from './admin-input.ts'
import type { Database } from '@stoa/postgres'

interface LogQuery {
  readonly query: URLSearchParams
  readonly limit: number
}

/** A page of the whole system's event log; `from` is `start`, `end`, `last` (unless given) or a time. */
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
    if (error instanceof TypeError) throw new AppError('invalid', 'request.invalid', 'The cursor is none of ours.')
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

/** Where a service's consumer group stands. */
export async function readConsumer(log: EventLog, service: Service): Promise<unknown> {
  const partitions = await log.lag(service.name)
  const lag = partitions.reduce((sum, each) => sum + each.lag, 0)
  return { group: service.name, types: typesOf(service), lag, partitions }
}

/** Takes the group back as far as the body says, or with `isDryRun` only says what that would be. */
export function replayConsumer(
  { log, database, service }: { readonly log: EventLog; readonly database: Database; readonly service: Service },
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { from, isDryRun, anew } = body
  const start = typeof from === 'string' ? parseReplayFrom(from) : undefined
  if (start === undefined)
    throw new AppError('invalid', 'request.invalid', 'from is start, a time, or TOPIC/PARTITION:POSITION')
  const group = { log, database, group: service.name, types: typesOf(service) }
  return isDryRun === true ? planReplay(group, start) : replay(group, start, { anew: anew === true })
}

function typesOf({ consumes }: Service): string[] {
  return [...new Set(Object.values(consumes).map(({ type }) => type))]
}

function parseFrom(text: string): Exclude<ReadOptions['from'], undefined> {
  if (text === 'start' || text === 'end' || text === 'last') return text
  return { since: parseInstant(text) }
}

function parseReplayFrom(text: string): ReplayFrom {
  if (text === 'start') return text
  const [, topic, partition, position] = /^([a-z][a-z0-9.-]*)\/(\d{1,5}):(\d{1,15})$/.exec(text) ?? []
  if (topic !== undefined) return { topic, partition: Number(partition), position: Number(position) }
  return { since: parseInstant(text) }
}

function parseInstant(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(text)
  } catch {
    throw new AppError('invalid', 'request.invalid', `"${text}" is no time (RFC 3339).`)
  }
}

function shown({ topic, partition, position, appendedAt, event }: LogPage['events'][number]) {
  return { topic, partition, position, appendedAt: appendedAt.toString(), event: JSON.parse(event) as unknown }
}
