import { setTimeout as delay } from 'node:timers/promises'
import type { Service } from '@stoa/contract'
import { systemClock, type Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { MakeTx, SagaLimits } from './driver-options.ts'
import type { AnySaga } from './journal.ts'
import type { LiveSaga } from './live-saga.ts'
import { addLocalEngine } from './local-engines.ts'
import { listSagas, showSaga, type SagaDetails, type SagaPage, type SagaQuery } from './read-sagas.ts'
import { compensateSaga, retrySaga, skipStep } from './operate.ts'
import { defaultRetryLimits } from './retry-policy.ts'
import type { StepCause } from './run-step.ts'
import { openWorker, type Worker, type WorkerOptions } from './worker.ts'

export interface SagaEngineOptions {
  readonly service: Service
  /** `bindings.sagas`. */
  readonly definitions: { readonly [name: string]: AnySaga }
  readonly database: Database
  /** The clients of the declared calls for one cause. */
  readonly callsFor: (cause: StepCause) => unknown
  readonly makeTx: MakeTx
  readonly telemetry: Telemetry
  readonly clock?: Clock
  /** Told the ids (as given to `startSaga`) of sagas that have done something visible outside of their journal. */
  readonly onChanged?: (ids: string[]) => void
  /** Tells the replicas apart, for people. */
  readonly workerName: string
  /** A worker that wrote nothing for this long counts as hung; 5,000 ms unless given. */
  readonly leaseMs?: number
  /** How often it looks for what others left; 200 ms unless given. */
  readonly pollMs?: number
  /** Sagas driven at once; 500 unless given. Those that wait for a signal do not count. */
  readonly maxActive?: number
  readonly limits?: Partial<SagaLimits>
  /** Numbers from 0 up to 1, for jitter. */
  readonly random?: () => number
}

/**
 * Drives the sagas of one replica of a service. An action or compensation is called at least once, always with the same
 * idempotency key, and journalled before the next begins; of a dead replica's sagas another takes over within a second,
 * of a hung one's within the lease and one second, and a single replica goes on with its own at its restart.
 */
export interface SagaEngine {
  /** Claims nothing more, lets running steps end for so long (5,000 ms unless given), and hands all sagas back. */
  readonly stop: (graceMs?: number) => Promise<void>
  /** Newest first. @throws AppError `request.invalid` for a cursor that is none */
  readonly list: (query?: SagaQuery) => Promise<SagaPage>
  /** @throws AppError `saga.not_found` */
  readonly show: (id: string) => Promise<SagaDetails>
  /** Tries what a stuck saga failed at again. @throws AppError `saga.not_found`, `saga.not_stuck` */
  readonly retry: (id: string) => Promise<void>
  /** Undoes a saga before its pivot. @throws AppError `saga.not_found`, `saga.past_pivot`, `saga.ended` */
  readonly compensate: (id: string) => Promise<void>
  /**
   * Leaves out what a stuck saga failed at (an action, its `then`, a compensation, what runs at the end) and goes on.
   * @throws AppError `saga.not_found`, `saga.not_stuck`
   */
  readonly skip: (id: string) => Promise<void>
  /** Is gone at once, as a killed process is, and writes nothing more; for tests of what others make of it. */
  readonly abandon: () => void
}

const defaultLimits: SagaLimits = { ...defaultRetryLimits, sagaTimeoutMs: 600_000, stepTimeoutMs: 10_000 }
const reopenMs = { first: 50, most: 1_000 }

/** Starts driving. @throws AppError `database.unavailable`; once it runs it comes back by itself from every loss */
export async function startSagaEngine(options: SagaEngineOptions): Promise<SagaEngine> {
  const { service, database, definitions, telemetry } = options
  const workerOptions = workerOptionsOf(options)
  let worker = await openWorker(workerOptions)
  let isStopped = false
  const removeLocal = addLocalEngine(service, {
    onStarted: (sagaId) => worker.claim(sagaId),
    onSignalled: (sagaId) => worker.signalled(sagaId),
  })
  const live = () => worker.sagas
  telemetry.metrics.gauge('saga_active', 'Sagas that this replica drives, those that wait included', [], (gauge) =>
    gauge.set(live().size),
  )
  const keepOpen = async () => {
    for (;;) {
      const cause = await worker.lost
      if (isStopped) return
      telemetry.logger.warn('a saga worker was lost and begins anew', { error: cause })
      const next = await reopen(workerOptions, () => isStopped)
      if (next === undefined) return
      worker = next
    }
  }
  const kept = keepOpen()
  const end = () => {
    isStopped = true
    removeLocal()
  }
  const operator = { service, database, definitions }
  return {
    async stop(graceMs = 5_000) {
      if (isStopped) return
      end()
      try {
        await worker.drain(graceMs)
      } catch (error) {
        telemetry.logger.warn('sagas could not be handed back; another replica takes them over', { error })
        worker.abandon()
      }
      await kept
    },
    list: (query = {}) => listSagas(database.read, query),
    show: (id) => showSaga(database.read, id, live().get(id)),
    retry: (id) => retrySaga(operator, id),
    compensate: (id) => compensateSaga(operator, id),
    skip: (id) => skipStep(operator, id),
    abandon() {
      end()
      worker.abandon()
    },
  }
}

function workerOptionsOf(options: SagaEngineOptions): WorkerOptions {
  const { database, definitions, callsFor, makeTx, telemetry, workerName, onChanged } = options
  const total = telemetry.metrics.counter('saga_total', 'Sagas that came to a state', ['saga', 'state'])
  const onMoved = (live: LiveSaga) => {
    if (live.state === 'completed' || live.state === 'compensated' || live.state === 'stuck') {
      total.add(1, { saga: live.head.name, state: live.state })
      report(telemetry, live)
    }
    onChanged?.([live.head.key])
  }
  return {
    name: workerName,
    database,
    db: database.read,
    definitions,
    callsFor,
    makeTx,
    telemetry,
    onMoved,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    limits: { ...defaultLimits, ...options.limits },
    pollMs: options.pollMs ?? 200,
    leaseMs: options.leaseMs ?? 5_000,
    maxActive: options.maxActive ?? 500,
  }
}

function report({ logger }: Telemetry, { head, state, progress }: LiveSaga): void {
  const fields = { saga: head.name, state, reason: progress.reason }
  if (state === 'stuck') logger.error('a saga is stuck and waits for an operator: retry, skip or compensate', fields)
  else logger.info('a saga has ended', fields)
}

async function reopen(options: WorkerOptions, isStopped: () => boolean): Promise<Worker | undefined> {
  for (let waitMs = reopenMs.first; !isStopped(); waitMs = Math.min(reopenMs.most, waitMs * 2)) {
    try {
      const worker = await openWorker(options)
      if (!isStopped()) return worker
      worker.abandon()
    } catch (error) {
      options.telemetry.logger.warn('a saga worker could not begin', { error })
      await delay(waitMs)
    }
  }
  return undefined
}
