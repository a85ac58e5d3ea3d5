import type { BatchPlace, ReceivedEvent, Tx, WriteHandle } from '@stoa/contract'
import { messagingAttributes, newContext } from '@stoa/telemetry'
import { advance } from './batch-positions.ts'
import type { LoggedEvent, LogRange } from './event-log.ts'
import { readArrival, type Arrival, type Handling } from './handle-event.ts'
import { joinParked, lockKeys, parkKey } from './parking.ts'
import { isAway, recordError } from './retry-policy.ts'

/** A batch consumer as it runs, its types erased. */
export interface RunningBatchConsumer {
  readonly apply: (events: readonly ReceivedEvent[], tx: Tx, place: BatchPlace | undefined) => Promise<void>
}

/** What handling a batch needs. */
export interface BatchHandling extends Handling {
  readonly consumer: RunningBatchConsumer
  readonly onParked: () => void
}

/** The range has been handled elsewhere, or the group was moved: its position must be read again. */
export class RangeMoved extends Error {
  constructor({ topic, partition, from }: LogRange) {
    super(`the group is no longer at ${topic}/${partition}:${from}`)
    this.name = 'RangeMoved'
  }
}

/**
 * Handles a range in one transaction with its position. If that fails, the range is divided, so that every event that can be handled
 * is, and the one that fails alone is parked, in the transaction that moves the position behind it.
 * @throws RangeMoved, or the error of an unavailable database or log; then the rest of the range is not handled
 */
export async function handleRange(
  handling: BatchHandling,
  logged: readonly LoggedEvent[],
  range: LogRange,
): Promise<void> {
  const arrivals = logged.flatMap((each) => readArrival(handling, each) ?? [])
  await handleOrDivide(handling, arrivals, range)
}

async function handleOrDivide(handling: BatchHandling, arrivals: readonly Arrival[], range: LogRange): Promise<void> {
  try {
    await attemptRange(handling, arrivals, range)
  } catch (error) {
    if (error instanceof RangeMoved || isAway(error) || arrivals.length === 0) throw error
    const [only] = arrivals
    if (only !== undefined && arrivals.length === 1) return park(handling, only, range, error)
    const middle = Math.ceil(arrivals.length / 2)
    const border = arrivals[middle]?.logged.position ?? range.to
    handling.telemetry.logger.warn('a batch failed and is divided', { ...range, events: arrivals.length, error })
    await handleOrDivide(handling, arrivals.slice(0, middle), { ...range, to: border })
    await handleOrDivide(handling, arrivals.slice(middle), { ...range, from: border })
  }
}

function attemptRange(handling: BatchHandling, arrivals: readonly Arrival[], range: LogRange): Promise<void> {
  const { database, telemetry, group, consumer, makeTx } = handling
  const { topic, partition } = range
  const run = () =>
    database.transaction(async (tx) => {
      const admitted = await admit(tx, group, arrivals, range)
      const events = admitted.map(({ event }) => event)
      if (events.length > 0) await consumer.apply(events, makeTx(tx, {}), { topic, partition })
      return admitted
    })
  if (arrivals.length === 0) return run().then(() => {})
  const attributes = {
    [messagingAttributes.systemName]: 'stoa_event_log',
    [messagingAttributes.operationName]: 'process',
    [messagingAttributes.operationType]: 'process',
    [messagingAttributes.destinationName]: topic,
    [messagingAttributes.destinationPartitionId]: String(partition),
    [messagingAttributes.consumerGroupName]: group,
  }
  return telemetry.inSpan(
    `process batch ${group}`,
    { kind: 'consumer', parent: newContext(), attributes },
    async () => {
      observe(handling, await run())
    },
  )
}

/** Moves the position, and queues the events of parked keys; returns the others. */
async function admit(
  tx: WriteHandle,
  group: string,
  arrivals: readonly Arrival[],
  range: LogRange,
): Promise<readonly Arrival[]> {
  if (!(await advance(tx, group, range))) throw new RangeMoved(range)
  if (arrivals.length === 0) return arrivals
  const keys = [...new Set(arrivals.map(({ delivery }) => delivery.key))]
  const parked = await lockKeys(tx, { group, topic: range.topic }, keys)
  if (parked.size === 0) return arrivals
  const isParked = ({ delivery }: Arrival) => parked.has(delivery.key)
  for (const { delivery, logged } of arrivals.filter(isParked)) await joinParked(tx, delivery, logged)
  return arrivals.filter((arrival) => !isParked(arrival))
}

async function park(
  handling: BatchHandling,
  { delivery, logged, event }: Arrival,
  range: LogRange,
  error: unknown,
): Promise<void> {
  const { database, group, retry, telemetry, consumed, onParked } = handling
  await database.transaction(async (tx) => {
    if (!(await advance(tx, group, range))) throw new RangeMoved(range)
    await parkKey(tx, delivery, logged, recordError(error), retry.delayMs(1))
  })
  consumed.add(1, { type: event.type, outcome: 'failed' })
  telemetry.logger.warn('event failed: its key is parked and will be retried', {
    eventType: event.type,
    eventId: event.id,
    error,
  })
  onParked()
}

function observe({ consumed, delay, clock }: BatchHandling, arrivals: readonly Arrival[]): void {
  const now = clock.now().epochMilliseconds
  for (const { event } of arrivals) {
    consumed.add(1, { type: event.type, outcome: 'handled' })
    delay.observe(Math.max(0, now - Date.parse(event.time)) / 1_000, { type: event.type })
  }
}
