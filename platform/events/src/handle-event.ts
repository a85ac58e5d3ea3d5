import type { EventType, ReadHandle, ReceivedEvent, Tx, WriteHandle } from '@stoa/contract'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Counter, Histogram, Telemetry } from '@stoa/telemetry'
import { majorVersionOf, parseCloudEvent, toReceivedEvent, type Cause } from './cloud-event.ts'
import { attributesOf, contextOf } from './event-context.ts'
import type { LoggedEvent } from './event-log.ts'
import type { Admission, Delivery } from './inbox.ts'
import type { Limit } from './limit.ts'
import type { RetryPolicy } from './retry-policy.ts'

/** A consumer as it runs, its types erased. */
export interface RunningConsumer {
  readonly prepare?: (context: {
    readonly event: ReceivedEvent
    readonly calls: unknown
    readonly db: ReadHandle
  }) => Promise<unknown>
  readonly apply: (event: ReceivedEvent, tx: Tx, data: unknown) => Promise<void>
}

/** What handling an event needs. */
export interface Handling {
  readonly group: string
  readonly database: Database
  readonly calls: unknown
  /** Limits how many events are prepared at once. */
  readonly limit: Limit
  readonly makeTx: (tx: WriteHandle, cause: Cause) => Tx
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly retry: RetryPolicy
  readonly find: ConsumerIndex['find']
  /** The types that this release consumes, as `type/major`. */
  readonly known: readonly string[]
  /** How long a parked event waits for a release that consumes it before it becomes a dead letter. */
  readonly unknownGraceMs: number
  readonly consumed: Counter<'type' | 'outcome'>
  readonly delay: Histogram<'type'>
}

/** An event that this service consumes. */
export interface Arrival {
  readonly event: ReceivedEvent
  readonly delivery: Delivery
  readonly logged: LoggedEvent
  readonly consumer: RunningConsumer
}

interface ConsumerIndex {
  readonly find: (type: string, major: number) => RunningConsumer | undefined
  readonly known: readonly string[]
}

/** The metrics of the events that a service consumes. */
export function consumptionMetrics({ metrics }: Telemetry): Pick<Handling, 'consumed' | 'delay'> {
  return {
    consumed: metrics.counter('event_consumed_total', 'Delivered events by outcome', ['type', 'outcome']),
    delay: metrics.histogram('event_delay_seconds', 'Time from a change to its effect in this service', ['type']),
  }
}

/** The consumers by type and major version of what they consume. */
export function consumerIndex(
  consumes: { readonly [name: string]: EventType },
  consumers: { readonly [name: string]: RunningConsumer },
): ConsumerIndex {
  const index = new Map<string, RunningConsumer>()
  for (const [name, { type, version }] of Object.entries(consumes)) {
    const consumer = consumers[name]
    const key = `${type}/${Number.parseInt(version, 10)}`
    if (consumer === undefined) throw new Error(`no consumer is bound to ${name}`)
    if (index.has(key)) throw new Error(`two consumers are bound to ${type} ${version}`)
    index.set(key, consumer)
  }
  return { find: (type, major) => index.get(`${type}/${major}`), known: [...index.keys()] }
}

/** Parses an event from the log; returns undefined if this service does not consume this version of it. */
export function readArrival({ find, group }: Handling, logged: LoggedEvent): Arrival | undefined {
  const cloudEvent = parseCloudEvent(logged.event)
  const consumer = find(cloudEvent.type, majorVersionOf(cloudEvent.dataschema))
  if (consumer === undefined) return undefined
  const delivery = { group, topic: logged.topic, key: cloudEvent.partitionkey, eventId: cloudEvent.id }
  return { event: toReceivedEvent(cloudEvent), delivery, logged, consumer }
}

/**
 * Makes one attempt at an event, in a span of the trace of the event: `prepare` outside a transaction, then `takeEffect`,
 * which calls `apply` in one with whatever else must be written with it. If either throws, everything is rolled back.
 */
export function attempt(
  handling: Handling,
  { event, logged, consumer }: Arrival,
  takeEffect: (data: unknown) => Promise<Admission>,
): Promise<Admission> {
  const { database, calls, limit, telemetry, group, consumed, delay, clock } = handling
  const options = {
    kind: 'consumer',
    parent: contextOf(event),
    attributes: attributesOf(event, logged, group),
  } as const
  return telemetry.inSpan(`process ${event.type}`, options, async () => {
    const { prepare } = consumer
    const data = prepare && (await limit(() => prepare({ event, calls, db: database.read })))
    const admission = await takeEffect(data)
    if (admission === 'new') {
      telemetry.logger.info('event handled', { eventType: event.type, eventId: event.id })
      delay.observe(Math.max(0, clock.now().epochMilliseconds - Date.parse(event.time)) / 1_000, { type: event.type })
    }
    consumed.add(1, { type: event.type, outcome: admission === 'new' ? 'handled' : admission })
    return admission
  })
}
