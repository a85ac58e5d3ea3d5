import { serveEndpoints, type WriteHandle } from '@stoa/contract'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { DomainEvent } from '../decider.ts'
import { projectionEndpoints } from '../endpoints.ts'
import { addGeneration, clearRetry, readProjections } from './positions.ts'
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
  /** The handler of the task `run-projection`: a batch of events in one transaction with the position, and the next batch as the next task. */
  readonly task: (context: TaskContext) => Promise<void>
  /** The operating endpoints: list, retry, and rebuild beside the live read model. `makeTx` is that of the service. */
  readonly admin: (makeTx: (handle: WriteHandle) => ProjectionTx) => readonly AdminEndpoint[]
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
  const find = (name: string) => projections.find((each) => each.name === name)
  observe(
    projections.map(({ name }) => name),
    database,
    telemetry,
  )
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
    task: ({ payload, commit }) =>
      commit(async (tx) => {
        const projection = find(payload.projection)
        // of another release
        if (projection === undefined) return
        const { againInMs, stop } = await runProjection(tx, projection)
        if (stop !== undefined)
          telemetry.logger.error('a projection has stopped', { projection: projection.name, ...stop })
        if (againInMs !== undefined) await enqueue(tx, projection, againInMs)
      }),
    admin: (makeTx) => {
      const change = async (name: string, run: (tx: ProjectionTx, projection: Projection) => Promise<unknown>) => {
        const projection = find(name)
        if (projection === undefined) return false
        await database.transaction(async (handle) => {
          const tx = makeTx(handle)
          await run(tx, projection)
          await enqueue(tx, projection)
        })
        return true
      }
      return serveEndpoints(projectionEndpoints, {
        listProjections: async () => ({ items: await readProjections(database.read) }),
        retryProjection: async ({ params: { name } }) =>
          (await change(name, (tx) => clearRetry(tx, name))) ? { retried: name } : undefined,
        rebuildProjection: async ({ params: { name } }) =>
          (await change(name, (tx, projection) => addGeneration(tx, projection, { isForced: true })))
            ? { started: name }
            : undefined,
      })
    },
  }
}

/** Of the projections of this release: the rows of one that no longer exists stay behind. */
function observe(names: readonly string[], { read }: Database, { metrics }: Pick<Telemetry, 'metrics'>): void {
  const statesOf = async () => (await readProjections(read)).filter(({ name }) => names.includes(name))
  const help = 'Events of the event store that a projection has not applied yet'
  metrics.gauge('projection_lag_events', help, ['projection'], async (gauge) => {
    const states = await statesOf()
    gauge.clear()
    for (const { name, lag, isLive } of states) if (isLive) gauge.set(lag, { projection: name })
  })
  const stopped = 'Whether a projection has stopped at an event that it cannot apply'
  metrics.gauge('projection_stopped', stopped, ['projection'], async (gauge) => {
    const states = await statesOf()
    gauge.clear()
    for (const projection of names) {
      const isStopped = states.some(({ name, failures }) => name === projection && failures > 0)
      gauge.set(isStopped ? 1 : 0, { projection })
    }
  })
}
