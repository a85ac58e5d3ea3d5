import {
  groupOf,
  isErasure,
  type BatchType,
  type Bindings,
  type Service,
  type Tx,
  type WriteHandle,
} from '@stoa/contract'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import { noteStart, readPlaces } from './batch-positions.ts'
import type { Cause } from './cloud-event.ts'
import type { Consumers } from './consumers.ts'
import { startConsumerUpkeep } from './consumer-upkeep.ts'
import { drainParked } from './drain-parked.ts'
import type { EventLog, LoggedEvent, LogRange } from './event-log.ts'
import { RangeMoved, type BatchHandling, type RunningBatchConsumer } from './handle-batch.ts'
import { consumerIndex, consumptionMetrics, type RunningConsumer } from './handle-event.ts'
import { makeJointRanges, type TakeRange } from './joint-ranges.ts'
import { makeLimit } from './limit.ts'
import { logTypeOf } from './log-type.ts'
import { defaultRetryPolicy, isAway, recordError, type RetryPolicy } from './retry-policy.ts'
import { makeWaker, type Waker } from './waker.ts'

/** What the batch consumers of a service work with. */
export interface BatchesOptions<S extends Service> {
  readonly service: S
  readonly consumers: Bindings<S>['batches']
  readonly database: Database
  readonly log: EventLog
  readonly makeTx: (tx: WriteHandle, cause?: Cause) => Tx<S>
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly retry?: RetryPolicy
  readonly unknownGraceMs?: number
}

/** Sums and copies may be a moment old, and ten transactions a second cost less than one for each event. */
const restMs = 100

interface Running {
  readonly handling: BatchHandling
  readonly takeRange: TakeRange
  readonly waker: Waker
  readonly control: { isStopping: boolean }
  /** Why it does not consume now. */
  trouble: string | undefined
}

/**
 * Consumes the declared batches, each as a consumer group of its own. The position of a group is stored in the database of the service,
 * in the transaction of the effects, so every event counts once, wherever a process or a connection dies.
 */
export function startBatches<S extends Service>(options: BatchesOptions<S>): Consumers {
  const { service } = options
  const started = Object.entries(service.batches).map(([name, batch]) => startBatch(options, name, batch))
  // A service that also consumes events one at a time has it there.
  const isKept = started.length === 0 || Object.keys(service.consumes).length > 0
  const upkeep = isKept ? undefined : startConsumerUpkeep(options)
  return {
    trouble: () => started.map(({ running }) => running.trouble).find((trouble) => trouble !== undefined),
    async stop() {
      upkeep?.stop()
      await Promise.all(started.map(({ stop }) => stop()))
    },
  }
}

function startBatch<S extends Service>(options: BatchesOptions<S>, name: string, batch: BatchType) {
  const { log, telemetry, database, clock } = options
  const running = makeRunning(options, name, batch)
  const { group } = running.handling
  const start = startOf(batch.from, clock)
  let isNoted = false
  const subscription = log.subscribe({
    group,
    types: [...new Set(Object.values(batch.events).map(logTypeOf))],
    maxBatch: batch.mostPerBatch ?? 500,
    restMs,
    async placesOf(positions) {
      return watch(running, async () => {
        if (!isNoted) await noteStart(database, group, start)
        isNoted = true
        return readPlaces({ database, log, group }, positions)
      })
    },
    handle: (events, range) => watch(running, () => handleOrReport(running, events, range)),
    onTrouble(error) {
      running.trouble = `the event log cannot be reached: ${recordError(error).message}`
      telemetry.logger.warn('the event log cannot be reached', { group, error })
    },
    onRecovered() {
      running.trouble = undefined
    },
  })
  const draining = drainParked(running.handling, running.waker, running.control)
  return {
    running,
    async stop() {
      running.control.isStopping = true
      running.waker.wake()
      await Promise.all([subscription.stop(), draining])
    },
  }
}

function startOf(from: BatchType['from'], clock: Clock): Temporal.Instant | null {
  if (from === 'start') return null
  return from === 'end' ? clock.now() : Temporal.Instant.from(from.since)
}

function makeRunning<S extends Service>(options: BatchesOptions<S>, name: string, { events }: BatchType): Running {
  const { service, consumers, database, makeTx, telemetry, clock } = options
  if (Object.values(events).some(isErasure)) {
    throw new Error(`${service.name}: erasures are consumed one at a time, not in the batch ${name}`)
  }
  const consumer = (consumers as unknown as { readonly [name: string]: RunningBatchConsumer })[name]
  if (consumer === undefined) throw new Error(`no consumer is bound to the batch ${name}`)
  const waker = makeWaker()
  // A parked event is retried alone, as a batch of one.
  const alone: RunningConsumer = { apply: (event, tx) => consumer.apply([event], tx, []) }
  const handling: BatchHandling = {
    group: groupOf(service.name, name),
    database,
    calls: {},
    limit: makeLimit(1),
    makeTx,
    ...consumerIndex(events, Object.fromEntries(Object.keys(events).map((each) => [each, alone]))),
    unknownGraceMs: options.unknownGraceMs ?? 600_000,
    telemetry,
    clock,
    retry: options.retry ?? defaultRetryPolicy,
    ...consumptionMetrics(telemetry),
    consumer,
    onParked: () => waker.wake(),
  }
  return { handling, takeRange: makeJointRanges(handling), waker, control: { isStopping: false }, trouble: undefined }
}

/** Notes why the group cannot continue, until it can. */
async function watch<Value>(running: Running, run: () => Promise<Value>): Promise<Value> {
  try {
    const value = await run()
    running.trouble = undefined
    return value
  } catch (error) {
    if (isAway(error)) running.trouble = `${running.handling.group} waits: ${recordError(error).message}`
    throw error
  }
}

/** After an error the subscription reads the position and delivers again, so nothing is retried here. */
async function handleOrReport(running: Running, events: readonly LoggedEvent[], range: LogRange): Promise<void> {
  const { handling, takeRange } = running
  try {
    await takeRange(events, range)
  } catch (error) {
    const fields = { group: handling.group, ...range, error }
    if (error instanceof RangeMoved) handling.telemetry.logger.debug('a range was handled elsewhere', fields)
    else handling.telemetry.logger.warn('a batch could not be handled: it will be delivered again', fields)
    throw error
  }
}
