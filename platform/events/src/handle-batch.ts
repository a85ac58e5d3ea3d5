import type { BatchPart, ReceivedEvent, Tx, WriteHandle } from '@stoa/contract'
import { messagingAttributes, newContext } from '@stoa/telemetry'
import { advance } from './batch-positions.ts'
import type { LoggedEvent, LogRange } from './event-log.ts'
import { readArrival, type Arrival, type Handling } from './handle-event.ts'
import { joinParked, lockKeys, parkKey } from './parking.ts'
import { isAway, recordError } from './retry-policy.ts'

/** A batch consumer as it runs, its types erased. */
export interface RunningBatchConsumer {
  readonly apply: (events: readonly ReceivedEvent[], tx: Tx, parts: readonly BatchPart[]) => Promise<void>
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
  await handleOrDivide(handling, arrivalsIn(handling, logged), range)
}

/** Handles ranges of different partitions in one transaction with their positions; rejects, without any effect, if one of them fails. */
export function handleTogether(
  handling: BatchHandling,
  ranges: readonly { readonly logged: readonly LoggedEvent[]; readonly range: LogRange }[],
): Promise<void> {
  return attempt(
    handling,
    ranges.map(({ logged, range }) => ({ arrivals: arrivalsIn(handling, logged), range })),
  )
}

function arrivalsIn(handling: BatchHandling, logged: readonly LoggedEvent[]): Arrival[] {
  return logged.flatMap((each) => readArrival(handling, each) ?? [])
}

async function handleOrDivide(handling: BatchHandling, arrivals: readonly Arrival[], range: LogRange): Promise<void> {
  try {
    await attempt(handling, [{ arrivals, range }])
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

interface Part {
  readonly arrivals: readonly Arrival[]
  readonly range: LogRange
}

function attempt(handling: BatchHandling, parts: readonly Part[]): Promise<void> {
  const { database, telemetry, group, consumer, makeTx } = handling
  const run = () =>
    database.transaction(async (tx) => {
      const admitted: BatchPart[] = []
      const arrivals: Arrival[] = []
      for (const { range, ...part } of parts) {
        const { topic, partition } = range
        const some = await admit(tx, group, part.arrivals, range)
        arrivals.push(...some)
        if (some.length > 0) admitted.push({ topic, partition, events: some.map(({ event }) => event) })
      }
      const events = admitted.flatMap((part) => part.events)
      if (events.length > 0) await consumer.apply(events, makeTx(tx, {}), admitted)
      return arrivals
    })
  if (parts.every(({ arrivals }) => arrivals.length === 0)) return run().then(() => {})
  return telemetry.inSpan(
    `process batch ${group}`,
    { kind: 'consumer', parent: newContext(), attributes: attributesOf(group, parts) },
    async () => {
      observe(handling, await run())
    },
  )
}

function attributesOf(group: string, parts: readonly Part[]): Record<string, string | number> {
  const [first, ...others] = parts
  const isOfOne = first !== undefined && others.length === 0
  return {
    [messagingAttributes.systemName]: 'stoa_event_log',
    [messagingAttributes.operationName]: 'process',
    [messagingAttributes.operationType]: 'process',
    [messagingAttributes.consumerGroupName]: group,
    ...(isOfOne && {
      [messagingAttributes.destinationName]: first.range.topic,
      [messagingAttributes.destinationPartitionId]: String(first.range.partition),
    }),
  }
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
