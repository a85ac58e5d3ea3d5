import type { WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { DomainEvent } from '../decider.ts'
import { addGeneration, readProjections } from './positions.ts'
import type { Projection } from './projection.ts'
import { runProjection } from './run-projection.ts'

/** A transaction that can enqueue the task `run-projection`, which the contract of the service declares. */
export interface ProjectionTx extends WriteHandle {
  readonly enqueue: (
    task: 'run-projection',
    payload: { readonly projection: string },
    options?: { readonly delayMs?: number; readonly key?: string },
  ) => Promise<void>
}

interface TaskContext {
  readonly payload: { readonly projection: string }
  readonly commit: (change: (tx: ProjectionTx) => Promise<void>) => Promise<void>
}

/** The projections of a service. */
export interface Projections {
  /** Lets the projections run after the COMMIT; call it in each transaction that appends events. It enqueues once per transaction. */
  readonly wake: (tx: ProjectionTx) => Promise<void>
  /** Adds the generations that are missing, and lets the projections run. Call it when the service starts. */
  readonly start: (tx: ProjectionTx) => Promise<void>
  /** Builds a projection again beside the live one, which it replaces. @throws Error for an unknown name */
  readonly rebuild: (tx: ProjectionTx, name: string) => Promise<void>
  /** The handler of the task `run-projection`: a batch of events in one transaction with the position, and the next batch as the next task. */
  readonly task: (context: TaskContext) => Promise<void>
}

/**
 * Makes the projections of a service. They run as tasks of the service: woken by the commit that appends events, by one replica at a
 * time, and at the price of no further polling.
 */
export function makeProjections(
  list: readonly Projection<never>[],
  { database, telemetry }: { readonly database: Database; readonly telemetry: Pick<Telemetry, 'logger' | 'metrics'> },
): Projections {
  const projections = list as unknown as readonly Projection<DomainEvent>[]
  const woken = new WeakSet<WriteHandle>()
  const enqueue = (tx: ProjectionTx, { name }: { readonly name: string }, delayMs = 0) =>
    tx.enqueue('run-projection', { projection: name }, { key: name, delayMs })
  const get = (name: string) => {
    const found = projections.find((each) => each.name === name)
    if (found === undefined) throw new Error(`there is no projection ${name}`)
    return found
  }
  observe(database, telemetry)
  return {
    async wake(tx) {
      if (woken.has(tx)) return
      woken.add(tx)
      for (const projection of projections) await enqueue(tx, projection)
    },
    async start(tx) {
      for (const projection of projections) {
        await addGeneration(tx, projection)
        await enqueue(tx, projection)
      }
    },
    async rebuild(tx, name) {
      await addGeneration(tx, get(name), { isForced: true })
      await enqueue(tx, get(name))
    },
    task: ({ payload, commit }) =>
      commit(async (tx) => {
        const projection = get(payload.projection)
        const { againInMs, stop } = await runProjection(tx, projection)
        if (stop !== undefined)
          telemetry.logger.error('a projection has stopped', { projection: projection.name, ...stop })
        if (againInMs !== undefined) await enqueue(tx, projection, againInMs)
      }),
  }
}

function observe({ read }: Database, { metrics }: Pick<Telemetry, 'metrics'>): void {
  const help = 'Events of the event store that a projection has not applied yet'
  metrics.gauge('projection_lag_events', help, ['projection'], async (gauge) => {
    const states = await readProjections(read)
    gauge.clear()
    for (const { name, lag, isLive } of states) if (isLive) gauge.set(lag, { projection: name })
  })
  const stopped = 'Whether a projection has stopped at an event that it cannot apply'
  metrics.gauge('projection_stopped', stopped, ['projection'], async (gauge) => {
    const states = await readProjections(read)
    gauge.clear()
    for (const { name, failures } of states) gauge.set(failures > 0 ? 1 : 0, { projection: name })
  })
}
