import { randomUUID } from 'node:crypto'
import type { Database } from '@stoa/postgres'
import type { SubscribeOptions, Subscription } from '../event-log.ts'
import { makeWaker } from '../waker.ts'
import type { FetchNext } from './fetched.ts'
import { makeHeldPartitions } from './held-partitions.ts'
import { enrolIn, exchange, giveBack, listenForChanges, rebalance, releaseOf, type MemberRun } from './member-run.ts'
import { compareOwnPositions } from './own-positions.ts'
import { restAfter } from '../rest-after.ts'
import { announce, leave } from './membership.ts'

const longestReconnectMs = 2_000
// After a small batch the next fetch is delayed, and then includes everything that was appended and handled in the meantime.
const fewEvents = 32
// Of the beats, one in so many also removes what has ended, and looks for events beyond what notifications have announced.
const thoroughBeat = 5

interface Control {
  isStopping: boolean
  isPaused: boolean
}

/** Joins a consumer group and delivers its events until stopped; a lost connection is reopened. */
export function subscribe(database: Database, fetchNext: FetchNext, options: SubscribeOptions): Subscription {
  const shared = {
    fetchNext,
    options,
    waker: makeWaker(),
    held: makeHeldPartitions(),
    topics: new Map<number, string>(),
    underWay: new Set<Promise<void>>(),
    passed: new Set<number>(),
  }
  const control: Control = { isStopping: false, isPaused: false }
  const running = keepJoined(database, shared, control)
  return {
    pause() {
      control.isPaused = true
    },
    resume() {
      control.isPaused = false
      shared.waker.wake()
    },
    assigned: () =>
      shared.held.all().map(({ topic, part }) => ({ topic: shared.topics.get(topic) ?? '', partition: part })),
    async stop() {
      control.isStopping = true
      shared.waker.hurry()
      await running
    },
  }
}

type Shared = Omit<MemberRun, 'session' | 'member' | 'hasUndeclared' | 'isGroupPaused' | 'beatAt'>

async function keepJoined(database: Database, shared: Shared, control: Control): Promise<void> {
  const { options, waker, held, topics, underWay } = shared
  let failures = 0
  const onJoined = () => {
    if (failures > 0) options.onRecovered?.()
    failures = 0
  }
  while (!control.isStopping) {
    try {
      await takePart(database, shared, control, onJoined)
    } catch (error) {
      failures++
      if (!control.isStopping) options.onTrouble(error)
    }
    // Handlers of a lost membership end before a new one may hand out the same events.
    held.clear()
    topics.clear()
    await Promise.all(underWay)
    if (failures > 0 && !control.isStopping) await waker.sleep(Math.min(longestReconnectMs, 50 * 2 ** failures))
  }
}

async function takePart(database: Database, shared: Shared, control: Control, onJoined: () => void): Promise<void> {
  const session = await database.session()
  const { group, leaseMs = 6_000, typeGraceMs: graceMs = 60_000 } = shared.options
  const takesAll = shared.options.types === 'all'
  const types = shared.options.types === 'all' ? [] : shared.options.types
  const run: MemberRun = {
    ...shared,
    session,
    member: { group, id: randomUUID(), leaseMs, types, takesAll, release: releaseOf(types), graceMs },
    hasUndeclared: true,
    isGroupPaused: false,
    beatAt: 0,
  }
  let lost: { readonly cause: unknown } | undefined
  session.onLost((cause) => {
    lost = { cause }
    run.waker.hurry()
  })
  try {
    // A lost commit only causes redelivery; a plan that scans a small table must not persist.
    await session.script('set synchronous_commit = off; set enable_seqscan = off')
    await session.tryLock(run.member.id)
    await listenForChanges(run)
    await enrolIn(run)
    await rebalance(run, true)
    await announce(session.sql, group)
    let beats = 0
    while (!control.isStopping) {
      if (lost !== undefined) throw new Error('the connection to the event log was lost', { cause: lost.cause })
      if (performance.now() >= run.beatAt) {
        run.beatAt = performance.now() + leaseMs / 3
        await enrolIn(run)
        const isThorough = beats++ % thoroughBeat === 0
        await rebalance(run, isThorough)
        if (isThorough) run.held.expectMore()
        compareOwnPositions(run)
        onJoined()
      }
      const askedAt = performance.now()
      const fetched = await exchange(run, control.isPaused || run.isGroupPaused)
      await giveBack(run)
      if (fetched === undefined) await run.waker.sleep(Math.max(0, run.beatAt - performance.now()))
      else if (fetched < fewEvents && !control.isStopping) {
        await run.waker.rest(Math.max(run.options.restMs ?? 0, restAfter(performance.now() - askedAt, fetched)))
      }
    }
    await Promise.all(run.underWay)
    await exchange(run, true)
    await leave(session.sql, run.member)
  } finally {
    await session.close()
  }
}
