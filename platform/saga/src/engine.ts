import { setTimeout as delay } from 'node:timers/promises'
import type { Service } from '@stoa/contract'
import { systemClock, type Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import { makeDefinitions, registerDefinitions, type BoundSagas, type Definitions } from './definitions.ts'
import type { MakeTx, SagaLimits } from './driver-options.ts'
import type { LiveSaga } from './live-saga.ts'
import { addLocalEngine } from './local-engines.ts'
import { sagaOperator, type SagaOperator } from './operator.ts'
import { defaultRetryLimits } from './retry-policy.ts'
import type { StepCause } from './run-step.ts'
import { startUpkeep } from './upkeep.ts'
import { openWorker, type Worker, type WorkerOptions } from './worker.ts'

export interface SagaEngineOptions {
  readonly service: Service
  /** `bindings.sagas`. */
  readonly definitions: BoundSagas
  readonly database: Database
  /** The clients of the declared calls for one cause. */
  readonly callsFor: (cause: StepCause) => unknown
  readonly makeTx: MakeTx
  readonly telemetry: Telemetry
  /** The clock for deadlines of calls; deadlines of sagas use the clock of the database. */
  readonly clock?: Clock
  /** Called with the ids (as passed to `startSaga`) of sagas after changes that are visible outside their journal. */
  readonly onChanged?: (ids: string[]) => void
  /** A name of the replica, for operators. */
  readonly workerName: string
  /** Milliseconds without a write after which a worker counts as hung; 5,000 by default. */
  readonly leaseMs?: number
  /** Milliseconds between polls for sagas without a worker; 200 by default. */
  readonly pollMs?: number
  /** Maximum number of concurrently driven sagas of one type; 500 by default. Sagas that wait for a signal or an attempt do not count. */
  readonly maxActive?: number
  /** Maximum number of sagas that wait in memory for their next attempt; 1,000 by default. Others are unloaded to the database. */
  readonly maxRetrying?: number
  /** Days for which the journal and input of an ended saga are kept; 90 by default. */
  readonly retentionDays?: number
  readonly limits?: Partial<SagaLimits>
  /** Numbers from 0 up to 1, for jitter. */
  readonly random?: () => number
}

/**
 * Drives the sagas of one replica of a service. An action or compensation is called at least once, always with the same
 * idempotency key, and is journalled before the next one starts. Another replica takes over the sagas of a dead replica within
 * a second, and those of a hung one within the lease plus a second; a single replica resumes its own sagas when it restarts.
 */
export interface SagaEngine extends SagaOperator {
  /** Claims no more sagas, waits for running steps up to the limit (5,000 ms by default), and hands all sagas back. */
  readonly stop: (graceMs?: number) => Promise<void>
  /** Stops immediately without writing, like a killed process; for tests of takeovers. */
  readonly abandon: () => void
}

const defaultLimits: SagaLimits = { ...defaultRetryLimits, sagaTimeoutMs: 600_000, stepTimeoutMs: 10_000 }
const reopenMs = { first: 50, most: 1_000 }

/**
 * Starts driving sagas. @throws AppError `database.unavailable`; after the start it recovers automatically from every loss. Throws if
 * the steps of a definition changed without a new version.
 */
export async function startSagaEngine(options: SagaEngineOptions): Promise<SagaEngine> {
  const { service, database, telemetry, retentionDays = 90 } = options
  const definitions = makeDefinitions(service, options.definitions)
  await registerDefinitions(database, definitions)
  const workerOptions = workerOptionsOf(options, definitions)
  const { maxDelayMs } = workerOptions.limits
  let worker = await openWorker(workerOptions)
  let isStopped = false
  const removeLocal = addLocalEngine(service, {
    bear: (name, version) => worker.bear(name, version),
    onStarted: (sagaId) => worker.claim(sagaId),
    onSignalled: (sagaId) => worker.signalled(sagaId),
  })
  const live = () => worker.sagas
  telemetry.metrics.gauge('saga_active', 'Sagas that this replica runs, including waiting sagas', [], (gauge) =>
    gauge.set(live().size),
  )
  const keepOpen = async () => {
    for (;;) {
      const cause = await worker.lost
      if (isStopped) return
      telemetry.logger.warn('a saga worker lost its lease and restarts', { error: cause })
      const next = await reopen(workerOptions, () => isStopped)
      if (next === undefined) return
      worker = next
    }
  }
  const kept = keepOpen()
  const upkeep = startUpkeep({ database, definitions, telemetry, retentionDays, maxDelayMs })
  const end = () => {
    isStopped = true
    removeLocal()
    return upkeep.stop()
  }
  return {
    async stop(graceMs = 5_000) {
      if (isStopped) return
      const upkept = end()
      try {
        await worker.drain(graceMs)
      } catch (error) {
        telemetry.logger.warn('sagas could not be released; another replica takes them over', { error })
        worker.abandon()
      }
      await Promise.all([kept, upkept])
    },
    ...sagaOperator({ service, database }, (id) => live().get(id)),
    abandon() {
      void end()
      worker.abandon()
    },
  }
}

function workerOptionsOf(options: SagaEngineOptions, definitions: Definitions): WorkerOptions {
  const { database, callsFor, makeTx, telemetry, workerName, onChanged } = options
  const total = telemetry.metrics.counter('saga_total', 'Sagas that reached a state', ['saga', 'state'])
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
    maxRetrying: options.maxRetrying ?? 1_000,
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
      options.telemetry.logger.warn('a saga worker could not start', { error })
      await delay(waitMs)
    }
  }
  return undefined
}
