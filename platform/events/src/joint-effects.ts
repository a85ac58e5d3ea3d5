import { AsyncLocalStorage } from 'node:async_hooks'
import type { WriteHandle } from '@stoa/contract'
import { causeOf } from './event-context.ts'
import type { Arrival, Handling } from './handle-event.ts'
import { enterInbox, type Admission } from './inbox.ts'

const mostEvents = 32
/** How long a joint transaction should last, so that its locks are not held for long. */
const wantedMs = 50
/** How long a joint transaction waits for a lock; an event that has to wait longer does so alone, and holds no locks of others. */
const lockTimeoutMs = 200

/** An event whose turn to take effect has come, with what its `prepare` returned. */
interface Ready {
  readonly arrival: Arrival
  readonly data: unknown
  /** Runs a function in the context of the span of the event. */
  readonly inItsContext: <T>(run: () => T) => T
  readonly resolve: (admission: Admission) => void
  readonly reject: (error: unknown) => void
}

/** Brings an event to its effect; rejects with what its `apply` or the database threw. */
export type TakeEffect = (arrival: Arrival, data: unknown) => Promise<Admission>

/** The event has not been tried: its consumer is stopping. */
export class ConsumerStopping extends Error {
  override readonly name = 'ConsumerStopping'

  constructor() {
    super('the consumer is stopping')
  }
}

interface JointOptions {
  /** The most transactions at a time. */
  readonly atOnce: number
  readonly isStopping: () => boolean
}

/**
 * Lets events take effect in joint transactions, as a group commit does: whatever has become ready while the transactions in
 * progress ran shares the next one, so that a lone event waits for nothing and a backlog costs few commits. When a joint
 * transaction fails, each of its events is retried in a transaction of its own, so that only the one at fault fails.
 */
export function makeJointEffects(handling: Handling, { atOnce, isStopping }: JointOptions): TakeEffect {
  const ready: Ready[] = []
  const alone: Ready[] = []
  let free = atOnce
  let eventMs = 0

  function next(): void {
    if (isStopping()) for (const { reject } of [...ready.splice(0), ...alone.splice(0)]) reject(new ConsumerStopping())
    while (free > 0 && ready.length + alone.length > 0) {
      const together = alone.length > 0 ? alone.splice(0, 1) : ready.splice(0, mostTogether(eventMs))
      free -= 1
      void settle(together).finally(() => {
        free += 1
        next()
      })
    }
  }

  async function settle(together: readonly Ready[]): Promise<void> {
    try {
      const startedAt = performance.now()
      const admissions = await applyTogether(handling, together)
      eventMs = (eventMs + (performance.now() - startedAt) / together.length) / 2
      together.forEach(({ resolve }, index) => resolve(admissions[index] ?? 'known'))
    } catch (error) {
      if (together.length > 1) alone.push(...together)
      else together[0]?.reject(error)
    }
  }

  return (arrival, data) =>
    new Promise((resolve, reject) => {
      ready.push({ arrival, data, inItsContext: AsyncLocalStorage.snapshot(), resolve, reject })
      next()
    })
}

function mostTogether(eventMs: number): number {
  return Math.max(1, Math.min(mostEvents, Math.floor(wantedMs / eventMs)))
}

/** Enters the events in the inbox and applies those that are new, in one transaction. */
function applyTogether(handling: Handling, together: readonly Ready[]): Promise<readonly Admission[]> {
  const run = async (tx: WriteHandle) => {
    // Sent in front of the inbox, in the same round trip.
    const limited = together.length > 1 ? limitLockWaits(tx) : undefined
    const entered = enterInbox(
      tx,
      handling.group,
      together.map(({ arrival }) => arrival.delivery),
    )
    const [admissions] = await Promise.all([entered, limited])
    for (const [index, { arrival, data, inItsContext }] of together.entries()) {
      if (admissions[index] !== 'new') continue
      const { consumer, event } = arrival
      await inItsContext(() => consumer.apply(event, handling.makeTx(tx, causeOf(event)), data))
    }
    return admissions
  }
  const [first] = together
  const transact = () => handling.database.transaction(run)
  return first === undefined ? Promise.resolve([]) : first.inItsContext(transact)
}

function limitLockWaits({ sql }: WriteHandle): Promise<unknown> {
  return sql`select set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`
}
