import type { Bindings, Calls, Service, Tx, WriteHandle } from '@stoa/contract'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { Cause } from './cloud-event.ts'
import { drainParked } from './drain-parked.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
import {
  attempt,
  consumerIndex,
  consumptionMetrics,
  readArrival,
  type Arrival,
  type Handling,
  type RunningConsumer,
} from './handle-event.ts'
import { startConsumerUpkeep } from './consumer-upkeep.ts'
import { ConsumerStopping, makeJointEffects, type TakeEffect } from './joint-effects.ts'
import { makeLimit } from './limit.ts'
import { consumedTypes } from './log-type.ts'
import { joinParked, parkKey } from './parking.ts'
import { defaultRetryPolicy, isAway, longestPauseMs, recordError, type RetryPolicy } from './retry-policy.ts'
import { makeWaker, type Waker } from './waker.ts'

/** What the consumers of a service work with. */
export interface ConsumersOptions<S extends Service> {
  readonly service: S
  readonly consumers: Bindings<S>['consumes']
  readonly database: Database
  readonly log: EventLog
  readonly calls: Calls<S['calls']>
  readonly makeTx: (tx: WriteHandle, cause?: Cause) => Tx<S>
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly retry?: RetryPolicy
  /** How many events are prepared at once, and how many transactions bring prepared ones to their effect; 4 by default. */
  readonly concurrency?: number
  /** Time for which handled events and discarded dead letters are stored; 30 days by default. */
  readonly inboxRetentionMs?: number
  /** How long a parked event that no running release consumes waits before it becomes a dead letter; 10 minutes by default. */
  readonly unknownGraceMs?: number
}

/** The running consumers of a service. */
export interface Consumers {
  /** Why events are not consumed now: the log, a database or a callee is unavailable; undefined otherwise. */
  readonly trouble: () => string | undefined
  /** Completes the events in progress and releases the partitions. */
  readonly stop: () => Promise<void>
}

interface Running {
  readonly handling: Handling
  readonly waker: Waker
  readonly takeEffect: TakeEffect
  readonly control: {
    isStopping: boolean
    readonly wakePaused: Set<() => void>
    /** The events that wait, and for what. */
    readonly waiting: Map<Arrival, string>
  }
}

/**
 * Consumes the declared events as the consumer group of the service. Each event has one effect (its inbox row is in the
 * transaction of the effect), in order per key. A failed event is retried outside the stream, and delays only its key; while a database or a callee is unavailable, the consumer pauses.
 */
export function startConsumers<S extends Service>(options: ConsumersOptions<S>): Consumers {
  const { service, log, telemetry, database, inboxRetentionMs } = options
  const types = consumedTypes(service)
  if (types.length === 0) return { trouble: () => undefined, stop: async () => {} }
  const handling = makeHandling(options)
  const control: Running['control'] = { isStopping: false, wakePaused: new Set(), waiting: new Map() }
  const takeEffect = makeJointEffects(handling, {
    atOnce: concurrencyOf(options),
    isStopping: () => control.isStopping,
  })
  const running: Running = { handling, waker: makeWaker(), takeEffect, control }
  let trouble: string | undefined
  const subscription = log.subscribe({
    group: service.name,
    types,
    handle: (events) => handleOrReport(running, events),
    onTrouble(error) {
      trouble = `the event log cannot be reached: ${recordError(error).message}`
      telemetry.logger.warn('the event log cannot be reached', { error })
    },
    onRecovered() {
      trouble = undefined
      telemetry.logger.info('the event log is reachable again')
    },
  })
  const draining = drainParked(running.handling, running.waker, running.control)
  const upkeep = startConsumerUpkeep({ service, log, database, telemetry, inboxRetentionMs })
  return {
    trouble: () => trouble ?? [...running.control.waiting.values()][0],
    async stop() {
      upkeep.stop()
      running.control.isStopping = true
      running.waker.wake()
      for (const wake of running.control.wakePaused) wake()
      await Promise.all([subscription.stop(), draining])
    },
  }
}

function concurrencyOf({ concurrency = 4 }: { readonly concurrency?: number }): number {
  return concurrency
}

function makeHandling<S extends Service>(options: ConsumersOptions<S>): Handling {
  const { service, consumers, database, calls, makeTx, telemetry, clock, retry = defaultRetryPolicy } = options
  return {
    group: service.name,
    database,
    calls,
    limit: makeLimit(concurrencyOf(options)),
    // What the contract ties together is erased here: a consumer gets the event, tx and data it was written for.
    makeTx,
    ...consumerIndex(service.consumes, consumers as unknown as { [name: string]: RunningConsumer }),
    unknownGraceMs: options.unknownGraceMs ?? 600_000,
    telemetry,
    clock,
    retry,
    ...consumptionMetrics(telemetry),
  }
}

async function handleOrReport(running: Running, events: readonly LoggedEvent[]): Promise<void> {
  try {
    await handleBatch(running, events)
  } catch (error) {
    const { topic, partition, position } = events[0] ?? {}
    const fields = { topic, partition, position, error }
    if (!running.control.isStopping) {
      running.handling.telemetry.logger.error(
        'events could be neither handled nor parked: they will be delivered again',
        fields,
      )
    }
    throw error
  }
}

async function handleBatch(running: Running, events: readonly LoggedEvent[]): Promise<void> {
  const byKey = new Map<string, Arrival[]>()
  for (const logged of events) {
    const arrival = readArrival(running.handling, logged)
    if (arrival === undefined) continue
    const queue = byKey.get(arrival.delivery.key)
    if (queue === undefined) byKey.set(arrival.delivery.key, [arrival])
    else queue.push(arrival)
  }
  const outcomes = await Promise.allSettled(
    [...byKey.values()].map(async (arrivals) => {
      for (const arrival of arrivals) await handleEvent(running, arrival)
    }),
  )
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function handleEvent(running: Running, arrival: Arrival): Promise<void> {
  try {
    await handleOrPark(running, arrival)
  } finally {
    running.control.waiting.delete(arrival)
  }
}

/**
 * Brings an event to its effect or parks it; throws only when neither was possible. While a dependency is unavailable it rests:
 * what does not need that dependency continues.
 */
async function handleOrPark(running: Running, arrival: Arrival): Promise<void> {
  const { control } = running
  for (let pauses = 0; ; pauses++) {
    if (control.isStopping) throw new ConsumerStopping()
    if (await tryOnce(running, arrival)) return
    await rest(control, Math.min(longestPauseMs, 100 * 2 ** pauses))
  }
}

/** Makes one attempt; returns false if a dependency is unavailable or the key is no longer parked. */
async function tryOnce({ handling, takeEffect, control, waker }: Running, arrival: Arrival): Promise<boolean> {
  const { database, telemetry, retry, consumed } = handling
  const { delivery, logged, event } = arrival
  try {
    const admission = await attempt(handling, arrival, (data) => takeEffect(arrival, data))
    return admission !== 'parked' || (await database.transaction((tx) => joinParked(tx, delivery, logged)))
  } catch (error) {
    if (error instanceof ConsumerStopping) throw error
    if (isAway(error)) {
      if (control.waiting.size === 0)
        telemetry.logger.warn('consumer paused: a dependency is unavailable', { eventType: event.type, error })
      control.waiting.set(arrival, `consumption of ${event.type} waits: ${recordError(error).message}`)
      return false
    }
    const failure = recordError(error)
    await database.transaction((tx) => parkKey(tx, delivery, logged, failure, retry.delayMs(1)))
    consumed.add(1, { type: event.type, outcome: 'failed' })
    telemetry.logger.warn('event failed: its key is parked and will be retried', {
      eventType: event.type,
      eventId: event.id,
      error,
    })
    waker.wake()
    return true
  }
}

async function rest(control: Running['control'], timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, timeoutMs).unref()
  control.wakePaused.add(resolve)
  await promise
  clearTimeout(timer)
  control.wakePaused.delete(resolve)
}
