import { consumedEvents, parseInstant, serveEndpoints, type OperatingRequest, type Service } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import type { Database } from '@stoa/postgres'
import { deadLetters } from './dead-letters.ts'
import { consumerEndpoints, logEndpoints, type EventInLog } from './endpoints.ts'
import type { EventLog, LogPage, ReadOptions } from './event-log.ts'
import { consumedTypes, logTypeOf } from './log-type.ts'
import { planReplay, replay, type ReplayFrom } from './replay.ts'

/** The event log of the whole system. */
export function logAdmin(log: EventLog | undefined): readonly AdminEndpoint[] {
  return serveEndpoints(logEndpoints, {
    listEvents: async ({ query }) => (log === undefined ? undefined : readEvents(log, query)),
    showEvent: async ({ params: { id } }) => (log === undefined ? undefined : findEvent(log, id)),
  })
}

interface ConsumerOptions {
  readonly log: EventLog | undefined
  readonly database: Database
  readonly service: Service
  /** The consumer groups of the service. */
  readonly groups: readonly string[]
}

/** The consumer groups of a service; they can be paused and resumed, and the one of single events moved back. */
export function consumerAdmin({ log, database, service, groups }: ConsumerOptions): readonly AdminEndpoint[] {
  const consumer = log === undefined || groups.length === 0 ? undefined : { log, database, service, groups }
  const replayed = Object.keys(service.consumes).length === 0 ? undefined : consumer
  return serveEndpoints(consumerEndpoints, {
    showConsumer: async () => consumer && readConsumer(consumer),
    pauseConsumer: async () => consumer && pauseConsumer(consumer, true),
    resumeConsumer: async () => consumer && pauseConsumer(consumer, false),
    replayEvents: async ({ body }) => replayed && replayConsumer(replayed, body),
  })
}

type LogQuery = OperatingRequest<typeof logEndpoints.listEvents>['query']

/** A page of the event log of the whole system; `from` is `start`, `end`, `last` (the default) or a time. */
async function readEvents(log: EventLog, { limit = 50, from, cursor, type, subject, text }: LogQuery) {
  const options: ReadOptions = {
    limit,
    from: cursor === undefined ? parseFrom(from ?? 'last') : { cursor },
    ...(type === undefined ? {} : { types: type }),
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { text }),
  }
  const page = await log.read(options).catch((error: unknown) => {
    if (error instanceof TypeError) throw platformError('request.invalid', 'The cursor was not returned by this list.')
    throw error
  })
  return { items: page.events.map(shown), cursor: page.cursor }
}

/** One event, by its id. */
async function findEvent(log: EventLog, id: string) {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined
  const [event] = (await log.read({ eventId: id, limit: 1 })).events
  return event === undefined ? undefined : shown(event)
}

interface Consumer extends ConsumerOptions {
  readonly log: EventLog
}

/** The positions of the consumer groups of a service. */
async function readConsumer({ log, database, service, groups }: Consumer) {
  const partitions = (await Promise.all(groups.map((group) => log.lag(group)))).flat()
  const paused = await Promise.all(groups.map((group) => log.pausedSince(group)))
  const lag = partitions.reduce((sum, each) => sum + each.lag, 0)
  const types = [...new Set(consumedEvents(service).map(logTypeOf))]
  const strandedKeys = await deadLetters(database).countStranded()
  const pausedSince = paused.find((since) => since !== undefined)?.toString() ?? null
  return { group: service.name, types, pausedSince, lag, strandedKeys, partitions }
}

/** Pauses the consumer groups in all instances of the service, also after restarts, until it is resumed; or resumes it. */
async function pauseConsumer({ log, service, groups }: Consumer, isPaused: boolean) {
  const known = await Promise.all(groups.map((group) => (isPaused ? log.pause(group) : log.resume(group))))
  if (known.includes(false)) {
    throw platformError('events.unknown_group', `There is no consumer group ${service.name} in the event log.`)
  }
  return { group: service.name, isPaused }
}

/** Moves the group back to the position in the body; with `isDryRun` only returns the plan. */
function replayConsumer(
  { log, database, service }: Consumer,
  { from, isDryRun, anew }: OperatingRequest<typeof consumerEndpoints.replayEvents>['body'],
) {
  const start = parseReplayFrom(from)
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
  return {
    topic,
    partition,
    position,
    appendedAt: appendedAt.toString(),
    event: JSON.parse(event) as EventInLog['event'],
  }
}
