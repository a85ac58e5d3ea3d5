import { isAppError } from '@stoa/kernel'
import { sqlState, type Session } from '@stoa/postgres'
import { setTimeout as delay } from 'node:timers/promises'
import { flush, flushBeat, type Flushed, type FlushLane } from './flush.ts'
import { touchesHead, type SagaHead, type Transition } from './transition.ts'

/** Thrown when another worker has taken over the sagas of this worker, or its connection is lost. */
export class WorkerLost extends Error {}

/** Thrown when the database rejects the content of a batch; only the affected transition fails. */
export class JournalRefused extends Error {}

/** Writes the transitions of all sagas of a worker, many in one commit. */
export interface Lanes {
  /**
   * Resolves when the transition is durable; with false if it was skipped because of a conflicting signal or a locked row.
   * @throws WorkerLost, JournalRefused
   */
  readonly write: (transition: Transition) => Promise<boolean>
  /** Claims sagas without an owner; returns those that were still free. @throws WorkerLost */
  readonly claim: (sagaId: string) => Promise<SagaHead | undefined>
  /** Renews the lease, unless that was done within the last `everyMs`. */
  readonly beat: (everyMs: number) => void
  /** The time at which the oldest pending statement was sent (performance.now()). */
  readonly waitingSince: () => number | undefined
  /** Rejects all pending and later writes and claims. */
  readonly lose: () => void
}

export interface LanesOptions extends Pick<FlushLane, 'worker' | 'names' | 'versions'> {
  /** One connection each. */
  readonly sessions: readonly Session[]
  /** Called when this worker has been fenced. */
  readonly onFenced: () => void
}

type Job =
  | { readonly kind: 'write'; readonly transition: Transition; readonly done: (error?: Error, is?: boolean) => void }
  | { readonly kind: 'claim'; readonly sagaId: string; readonly done: (error?: Error, head?: SagaHead) => void }

interface Lane extends FlushLane {
  sentAt: number | undefined
}

interface Fate {
  readonly isLost: () => boolean
  readonly onFenced: () => void
}

const maxBatch = 500
const pauseMs = 200

/**
 * Group commit: writes queued during a flush are sent with the next one, in a single statement that takes effect only while the
 * lane of this worker has its original epoch (one prepared statement per combination of kinds).
 */
export function makeLanes({ worker, names, versions, sessions, onFenced }: LanesOptions): Lanes {
  const queue: Job[] = []
  const lanes: Lane[] = sessions.map((session, number) => {
    return { worker, number, session, names, versions, sentAt: undefined }
  })
  let isLost = false
  let isScheduled = false
  let isBeatDue = false
  let lastBeatAt = performance.now()
  const fate: Fate = { isLost: () => isLost, onFenced }

  const lose = () => {
    isLost = true
    fail(queue.splice(0), lost())
  }
  const run = async (lane: Lane, jobs: readonly Job[]) => {
    lane.sentAt = performance.now()
    await settle(lane, jobs, fate)
    lane.sentAt = undefined
    schedule()
  }
  const beat = (lane: Lane) => {
    isBeatDue = false
    lastBeatAt = performance.now()
    void run(lane, [])
  }
  const schedule = () => {
    if (isScheduled || isLost || (queue.length === 0 && !isBeatDue)) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      const [first] = lanes
      if (isBeatDue && first !== undefined && first.sentAt === undefined) beat(first)
      const lane = lanes.find(({ sentAt }) => sentAt === undefined)
      if (lane !== undefined && queue.length > 0) void run(lane, queue.splice(0, maxBatch))
    })
  }
  const submit = (job: Job) => {
    if (isLost) return job.done(lost())
    queue.push(job)
    schedule()
  }
  return {
    write: (transition) =>
      new Promise((resolve, reject) => {
        const done = (error?: Error, is = true) => (error === undefined ? resolve(is) : reject(error))
        submit({ kind: 'write', transition, done })
      }),
    claim: (sagaId) =>
      new Promise((resolve, reject) => {
        submit({ kind: 'claim', sagaId, done: (error, head) => (error === undefined ? resolve(head) : reject(error)) })
      }),
    beat(everyMs) {
      if (performance.now() - lastBeatAt < everyMs) return
      isBeatDue = true
      schedule()
    },
    waitingSince: () => lanes.map(({ sentAt }) => sentAt).reduce(earlier, undefined),
    lose,
  }
}

/** Flushes until the outcome of every job is known; never throws. */
async function settle(lane: Lane, jobs: readonly Job[], fate: Fate): Promise<void> {
  while (!fate.isLost()) {
    lane.sentAt = performance.now()
    try {
      const flushed = await send(lane, jobs)
      if (flushed !== undefined) return succeed(jobs, flushed)
      fate.onFenced()
      return fail(jobs, lost())
    } catch (error) {
      if (isPassing(error)) await delay(pauseMs)
      else if (jobs.length <= 1) return fail(jobs, new JournalRefused('the journal refused a row', { cause: error }))
      else {
        // One of them is at fault: halving finds it in a few flushes, and the others succeed.
        const middle = Math.ceil(jobs.length / 2)
        await settle(lane, jobs.slice(0, middle), fate)
        return settle(lane, jobs.slice(middle), fate)
      }
    }
  }
  fail(jobs, lost())
}

function send(lane: Lane, jobs: readonly Job[]): Promise<Flushed | undefined> {
  if (jobs.length === 0) return flushBeat(lane)
  const transitions = jobs.flatMap((job) => (job.kind === 'write' ? [job.transition] : []))
  const claims = jobs.flatMap((job) => (job.kind === 'claim' ? [job.sagaId] : []))
  return flush(lane, transitions, claims)
}

/** Whether the next attempt may succeed: the database is unavailable, or a deadlock or lock timeout occurred. */
function isPassing(error: unknown): boolean {
  const state = sqlState(error)
  return (isAppError(error) && error.retryable) || state === '40P01' || state === '55P03'
}

function lost(): WorkerLost {
  return new WorkerLost('the worker has lost its sagas')
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

function fail(jobs: readonly Job[], error: Error): void {
  for (const job of jobs) job.done(error)
}

function succeed(jobs: readonly Job[], { written, claimed }: Flushed): void {
  const heads = new Map(claimed.map((head) => [head.id, head]))
  for (const job of jobs) {
    if (job.kind === 'claim') job.done(undefined, heads.get(job.sagaId))
    else job.done(undefined, !touchesHead(job.transition) || written.has(job.transition.sagaId))
  }
}
