import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@stoa/kernel'
import type { Session } from '@stoa/postgres'
import { runWithoutContext } from '@stoa/telemetry'
import type { DriverOptions } from './driver-options.ts'
import { makeLanes, type Lanes } from './lanes.ts'
import { makeLivePool, type LivePool, type LivePoolOptions } from './live-pool.ts'
import type { LiveSaga } from './live-saga.ts'
import { endHungTransactions, leave, lookAround, register, takeOver, unlockWorker } from './membership.ts'
import { Fenced } from './store.ts'

export interface WorkerOptions
  extends
    Omit<DriverOptions, 'worker' | 'lanes' | 'mustLeave' | 'isLost' | 'parked'>,
    Pick<LivePoolOptions, 'definitions' | 'maxActive'> {
  readonly name: string
  /** How often it looks for sagas without an owner, for signals sent elsewhere and for dead workers; milliseconds. */
  readonly pollMs: number
  /** A worker that wrote nothing for this long counts as hung; milliseconds. */
  readonly leaseMs: number
}

/** One life under one identity: it ends when the connection is lost or another has taken over. */
export interface Worker {
  /** Resolves with the cause when it is over; its sagas are then others', or nobody's yet. */
  readonly lost: Promise<unknown>
  readonly sagas: ReadonlyMap<string, LiveSaga>
  /** Takes a saga that belongs to nobody, when there is room. */
  readonly claim: (sagaId: string) => void
  /** Reads what is kept for a saga now, instead of at the next poll. */
  readonly signalled: (sagaId: string) => void
  /** Lets running steps end for so long, hands back all sagas, and leaves. */
  readonly drain: (graceMs: number) => Promise<void>
  /** Is gone at once, as a killed process is. */
  readonly abandon: () => void
}

const laneCount = 2

/** Begins a life under a new identity. @throws AppError `database.unavailable` */
export async function openWorker(options: WorkerOptions): Promise<Worker> {
  const id = randomUUID()
  const sessions: Session[] = []
  try {
    const control = await options.database.session()
    sessions.push(control)
    while (sessions.length < laneCount) sessions.push(await options.database.session())
    await register(control, id, options.name, laneCount)
    return runWithoutContext(() => runWorker(id, control, sessions, options))
  } catch (error) {
    for (const session of sessions) void session.close()
    throw error
  }
}

function runWorker(id: string, control: Session, sessions: readonly Session[], options: WorkerOptions): Worker {
  const { promise: lost, resolve } = Promise.withResolvers<unknown>()
  let isLost = false
  let isDraining = false
  const lose = (cause: unknown) => {
    if (isLost) return
    isLost = true
    clearInterval(poll)
    lanes.lose()
    pool.wakeAll()
    for (const session of sessions) void session.close()
    resolve(cause)
  }
  const lanes = makeLanes({ worker: id, sessions, onFenced: () => lose('another worker has taken over') })
  const driver: DriverOptions = {
    ...options,
    worker: id,
    lanes,
    parked: { count: 0 },
    mustLeave: () => isLost || isDraining,
    isLost: () => isLost,
  }
  const pool = makeLivePool({ ...options, driver, onDoubt: lose })
  const look = onceAtATime(async () => {
    if (isDraining) return
    await lookForWork(id, control, pool, options).catch((error: unknown) => {
      // A takeover that may have held made sagas this identity's without its knowing: the next one finds them.
      if (error instanceof Fenced || isAppError(error, 'database.outcome_unknown')) return lose(error)
      if (!isLost) options.telemetry.logger.warn('a saga worker could not look for work', { error })
    })
  })
  const poll = setInterval(() => {
    if (isOverdue(lanes, options.leaseMs)) return lose('no answer from the database within the lease')
    lanes.beat(options.leaseMs / 5)
    look()
  }, options.pollMs)
  for (const session of sessions) session.onLost(lose)
  look()
  return {
    lost,
    sagas: pool.sagas,
    claim: (sagaId) => runWithoutContext(() => pool.claim(sagaId)),
    signalled: pool.signalled,
    async drain(graceMs) {
      isDraining = true
      pool.wakeAll()
      await Promise.race([pool.settled(), delay(graceMs, undefined, { ref: false })])
      if (!isLost) await leave(options.database, id)
      lose('drained')
    },
    abandon: () => lose('abandoned'),
  }
}

async function lookForWork(id: string, control: Session, pool: LivePool, options: WorkerOptions): Promise<void> {
  const { database, definitions, leaseMs, telemetry } = options
  const limit = Math.max(0, pool.room())
  const around = await lookAround(control, { worker: id, names: Object.keys(definitions), leaseMs, limit })
  pool.give(around.signals)
  around.unclaimed.forEach(pool.claim)
  // By the time its lease is over, a hung worker has stood idle for more than half of it in whatever it has open.
  if (around.gone.length > 0) await endHungTransactions(control, leaseMs / 2)
  for (const dead of around.gone) {
    try {
      const taken = await takeOver(database, { dead, worker: id, limit: Math.max(0, pool.room()) })
      if (taken.length > 0) telemetry.logger.warn('took over from a dead saga worker', { dead, sagas: taken.length })
      pool.adopt(taken)
    } finally {
      await unlockWorker(control, dead)
    }
  }
}

function isOverdue(lanes: Lanes, leaseMs: number): boolean {
  const since = lanes.waitingSince()
  return since !== undefined && performance.now() - since > leaseMs
}

/** Runs it unless it still runs; it may not throw. */
function onceAtATime(run: () => Promise<void>): () => void {
  let isRunning = false
  return () => {
    if (isRunning) return
    isRunning = true
    void run().finally(() => {
      isRunning = false
    })
  }
}
