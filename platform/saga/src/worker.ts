import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@stoa/kernel'
import type { Session } from '@stoa/postgres'
import { runWithoutContext } from '@stoa/telemetry'
import type { Definitions } from './definitions.ts'
import type { DriverOptions } from './driver-options.ts'
import { makeLanes, type Lanes } from './lanes.ts'
import type { Birth } from './local-engines.ts'
import { makeLeaseWatch } from './lease-watch.ts'
import { makeLivePool, type LivePool } from './live-pool.ts'
import type { LiveSaga } from './live-saga.ts'
import { lookAround } from './look-around.ts'
import { endHungTransactions, leave, prepareSession, register, takeOver, unlockWorker } from './membership.ts'
import { makePlaces } from './places.ts'
import { makeOwnWatch, type OwnWatch } from './own-watch.ts'
import { Fenced } from './store.ts'

export interface WorkerOptions extends Omit<DriverOptions, 'worker' | 'lanes' | 'mustLeave' | 'isLost' | 'places'> {
  readonly name: string
  readonly definitions: Definitions
  /** Sagas of one type that are driven at once. */
  readonly maxActive: number
  /** Milliseconds between polls for sagas without an owner, for signals sent elsewhere and for dead workers. */
  readonly pollMs: number
  /** Milliseconds without a write after which a worker counts as hung. */
  readonly leaseMs: number
}

/** One session of a worker under one identity; it ends when the connection is lost or another worker takes over. */
export interface Worker {
  /** Resolves with the cause at its end; its sagas then belong to other workers, or to none yet. */
  readonly lost: Promise<unknown>
  readonly sagas: ReadonlyMap<string, LiveSaga>
  /** Claims a saga without an owner, if there is capacity. */
  readonly claim: (sagaId: string) => void
  /** Reserves a slot for a saga that belongs to this worker from its start; returns undefined if no slot is free. */
  readonly bear: (name: string, version: number) => Birth | undefined
  /** Reads the stored signals of a saga now, instead of at the next poll. */
  readonly signalled: (sagaId: string) => void
  /** Waits for running steps up to the limit, hands all sagas back, and leaves. */
  readonly drain: (graceMs: number) => Promise<void>
  /** Stops at once without writing, like a killed process. */
  readonly abandon: () => void
}

const laneCount = 2

/** Starts a session with a new identity. @throws AppError `database.unavailable` */
export async function openWorker(options: WorkerOptions): Promise<Worker> {
  const id = randomUUID()
  const sessions: Session[] = []
  try {
    const control = await options.database.session()
    sessions.push(control)
    while (sessions.length < laneCount) sessions.push(await options.database.session())
    await Promise.all(sessions.map((session) => prepareSession(session, options.leaseMs)))
    await register(control, id, options.name, laneCount)
    return runWithoutContext(() => runWorker(id, control, sessions, options))
  } catch (error) {
    for (const session of sessions) session.cut()
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
    // Pending statements belong to the old session: the server must cancel them.
    for (const session of sessions) session.cut()
    resolve(cause)
  }
  const { names, versions } = options.definitions
  const onFenced = () => lose('another worker has taken over')
  const lanes = makeLanes({ worker: id, names, versions, sessions, onFenced })
  const driver: DriverOptions = {
    ...options,
    worker: id,
    lanes,
    places: makePlaces(options.maxActive),
    mustLeave: () => isLost || isDraining,
    isLost: () => isLost,
  }
  const pool = makeLivePool({ definitions: options.definitions, driver, onDoubt: lose })
  const ownWatch = makeOwnWatch(id, control, pool)
  const lookForWork = makeLook(id, control, { pool, driver, options }, ownWatch)
  const look = onceAtATime(async () => {
    if (isDraining) return
    await lookForWork().catch((error: unknown) => {
      // A takeover with an unknown outcome may have assigned sagas to this identity: the next takeover finds them.
      if (error instanceof Fenced || isAppError(error, 'database.outcome_unknown')) return lose(error)
      if (!isLost) options.telemetry.logger.warn('a saga worker could not look for work', { error })
    })
  })
  const poll = setInterval(() => {
    if (isOverdue(lanes, options.leaseMs)) return lose('no response from the database within the lease')
    lanes.beat(options.leaseMs / 5)
    look()
  }, options.pollMs)
  for (const session of sessions) session.onLost(lose)
  look()
  return {
    lost,
    sagas: pool.sagas,
    claim: (sagaId) => runWithoutContext(() => pool.claim(sagaId)),
    bear: makeBear(id, { pool, driver, options }, ownWatch),
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

function makeBear(id: string, { pool, driver, options }: LookTools, ownWatch: OwnWatch): Worker['bear'] {
  const { places, mustLeave } = driver
  return (name, version) => {
    if (mustLeave() || places.room(name) <= 0 || options.definitions.find(name, version) === undefined) return undefined
    places.take(name)
    return {
      worker: id,
      end(ending, head) {
        places.free(name)
        if (ending === 'unknown') ownWatch.hurry()
        if (ending !== 'committed' || head === undefined) return
        runWithoutContext(() => pool.adopt([{ head, journal: [], isResumed: false }]))
      },
    }
  }
}

interface LookTools {
  readonly pool: LivePool
  readonly driver: DriverOptions
  readonly options: WorkerOptions
}

/** A full scan is repeated only after a multiple of its duration, because dead rows may make it expensive. */
const wholeLookShare = 20

function makeLook(
  id: string,
  control: Session,
  { pool, driver, options }: LookTools,
  ownWatch: OwnWatch,
): () => Promise<void> {
  const { definitions, leaseMs } = options
  const { places } = driver
  const hungOf = makeLeaseWatch(leaseMs)
  let nextWholeAt = 0
  return async () => {
    const startedAt = performance.now()
    const isNarrow = startedAt < nextWholeAt
    const around = await lookAround(control, { worker: id, definitions, room: places.room, isNarrow })
    if (!isNarrow) nextWholeAt = performance.now() + wholeLookShare * (performance.now() - startedAt)
    pool.give(around.signals)
    around.unclaimed.forEach(pool.claim)
    const dead = [...new Set([...around.gone, ...hungOf(around.beats)])]
    // When its lease expires, a hung worker has been idle in its open transactions for more than half of it.
    if (dead.length > 0) await endHungTransactions(control, { dead, idleMs: leaseMs / 2 })
    for (const each of dead) await takeAll(each, id, control, { pool, driver, options })
    await ownWatch.look()
  }
}

async function takeAll(
  dead: string,
  id: string,
  control: Session,
  { pool, driver, options }: LookTools,
): Promise<void> {
  const { database, definitions, telemetry } = options
  const limit = new Set(definitions.names).values().reduce((sum, name) => sum + driver.places.room(name), 0)
  try {
    const taken = await takeOver(database, { dead, worker: id, definitions, limit })
    if (taken.length > 0) telemetry.logger.warn('took over from a dead saga worker', { dead, sagas: taken.length })
    pool.adopt(taken)
  } finally {
    await unlockWorker(control, dead)
  }
}

function isOverdue(lanes: Lanes, leaseMs: number): boolean {
  const since = lanes.waitingSince()
  return since !== undefined && performance.now() - since > leaseMs
}

/** Runs the function unless it is still running; it must not throw. */
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
