import { isAppError } from '@stoa/kernel'
import { fragment, type Session } from '@stoa/postgres'
import { setTimeout as delay } from 'node:timers/promises'
import {
  droppedSignals,
  headColumns,
  headRows,
  isLive,
  journalRows,
  setHead,
  type SagaHead,
  type Transition,
} from './transition.ts'

/** This worker is no longer who it was: another has taken its sagas, or its connection is gone. */
export class WorkerLost extends Error {}

/** A batch that the database refuses for what is in it; only the transition it was for fails. */
export class JournalRefused extends Error {}

/** Writes the transitions of all sagas of a worker, many in one commit. */
export interface Lanes {
  /** Resolves when the transition is durable. @throws WorkerLost, JournalRefused */
  readonly write: (transition: Transition) => Promise<void>
  /** Takes sagas that belong to nobody; answers one that was still free. @throws WorkerLost */
  readonly claim: (sagaId: string) => Promise<SagaHead | undefined>
  /** Renews the lease, unless a flush did so lately. */
  readonly beat: (everyMs: number) => void
  /** When the oldest flush under way was sent (performance.now()). */
  readonly waitingSince: () => number | undefined
  /** Refuses what waits and all that comes. */
  readonly lose: () => void
}

export interface LanesOptions {
  readonly worker: string
  /** One connection each. */
  readonly sessions: readonly Session[]
  /** Told when the database says that this worker has been fenced. */
  readonly onFenced: () => void
}

type Job =
  | { readonly kind: 'write'; readonly transition: Transition; readonly done: (error?: Error) => void }
  | { readonly kind: 'claim'; readonly sagaId: string; readonly done: (error?: Error, head?: SagaHead) => void }

interface Lane {
  readonly worker: string
  readonly number: number
  readonly session: Session
  sentAt: number | undefined
}

const maxBatch = 500
const pauseMs = 200

/**
 * Group commit: what is queued while a flush is under way goes out with the next one, in a single statement that holds
 * only while this worker's lane has the epoch it began with (one prepared statement for each mix of kinds).
 */
export function makeLanes({ worker, sessions, onFenced }: LanesOptions): Lanes {
  const queue: Job[] = []
  const lanes: Lane[] = sessions.map((session, number) => ({ worker, number, session, sentAt: undefined }))
  let isLost = false
  let isScheduled = false
  let lastFlushAt = performance.now()

  const lose = () => {
    isLost = true
    fail(queue.splice(0), lost())
  }
  const run = async (lane: Lane, jobs: readonly Job[]) => {
    lane.sentAt = performance.now()
    lastFlushAt = lane.sentAt
    await settle(lane, jobs, () => isLost, onFenced)
    lane.sentAt = undefined
    schedule()
  }
  const schedule = () => {
    if (isScheduled || isLost || queue.length === 0) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
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
        submit({ kind: 'write', transition, done: (error) => (error === undefined ? resolve() : reject(error)) })
      }),
    claim: (sagaId) =>
      new Promise((resolve, reject) => {
        submit({ kind: 'claim', sagaId, done: (error, head) => (error === undefined ? resolve(head) : reject(error)) })
      }),
    beat(everyMs) {
      const lane = lanes[0]
      if (lane === undefined || lane.sentAt !== undefined || performance.now() - lastFlushAt < everyMs) return
      void run(lane, [])
    },
    waitingSince: () => lanes.map(({ sentAt }) => sentAt).reduce(earlier, undefined),
    lose,
  }
}

/** Flushes until it is known how it went; never throws. */
async function settle(lane: Lane, jobs: readonly Job[], isLost: () => boolean, onFenced: () => void): Promise<void> {
  while (!isLost()) {
    try {
      const claimed = await flush(lane, jobs)
      if (claimed !== undefined) return succeed(jobs, claimed)
      onFenced()
      return fail(jobs, lost())
    } catch (error) {
      if (isAppError(error) && error.retryable) await delay(pauseMs)
      else if (jobs.length === 1) return fail(jobs, new JournalRefused('the journal refused a row', { cause: error }))
      else {
        // One of them is at fault: the others are not to suffer for it.
        for (const job of jobs) await settle(lane, [job], isLost, onFenced)
        return
      }
    }
  }
  fail(jobs, lost())
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

function succeed(jobs: readonly Job[], claimed: readonly SagaHead[]): void {
  const heads = new Map(claimed.map((head) => [head.id, head]))
  for (const job of jobs) {
    if (job.kind === 'write') job.done()
    else job.done(undefined, heads.get(job.sagaId))
  }
}

/** Answers the sagas claimed; undefined when the worker has been fenced, and then nothing was written. */
async function flush({ session, number, worker }: Lane, jobs: readonly Job[]): Promise<SagaHead[] | undefined> {
  const transitions = jobs.flatMap((job) => (job.kind === 'write' ? [job.transition] : []))
  const claims = jobs.flatMap((job) => (job.kind === 'claim' ? [job.sagaId] : []))
  const journal = transitions.some(({ entries }) => entries.length > 0)
    ? fragment`, j as (insert into saga_journal select r.* from w, ${journalRows(transitions)})`
    : fragment``
  const heads = transitions.some(({ head }) => head !== undefined)
    ? fragment`, e as (update sagas s set ${setHead} from ${headRows(transitions)}
        where s.id = n.id and s.owner = ${worker} and exists (select from w))`
    : fragment``
  const claim = claims.length === 0 ? fragment`` : claimPart(worker, claims)
  const claimed = claims.length === 0 ? fragment`null` : fragment`(select json_agg(c) from c)`
  const [row] = await session.sql<{ held: number; claimed: SagaHead[] | null }>`
    with w as materialized (
      update saga_lanes set beat_at = clock_timestamp()
      where worker = ${worker} and lane = ${number} and epoch = 1 returning 1
    ) ${journal} ${heads} ${droppedSignals(transitions, fragment`w`)} ${claim}
    select (select count(*) from w) as held, ${claimed} as claimed`
  return row?.held === 1 ? (row.claimed ?? []) : undefined
}

function claimPart(worker: string, claims: readonly string[]) {
  return fragment`, c as (
    update sagas s set owner = ${worker}, epoch = s.epoch + 1, updated_at = clock_timestamp()
    from (select f.id from sagas f where f.id = any(${claims}) and f.owner is null for update skip locked) as free
    where s.id = free.id and s.owner is null and ${isLive} and exists (select from w)
    returning ${headColumns}
  )`
}
