import { createHash } from 'node:crypto'
import type { Session } from '@stoa/postgres'
import type { SubscribeOptions } from '../event-log.ts'
import type { Waker } from '../waker.ts'
import { channelOf, groupChannelOf, typesChannel } from './channels.ts'
import type { FetchNext } from './fetched.ts'
import { declaredTypes, enrol } from './groups.ts'
import { hand } from './hand-over.ts'
import { byPartition, type Held, type HeldPartitions } from './held-partitions.ts'
import { place } from './own-positions.ts'
import {
  announce,
  beat,
  commit,
  isPaused,
  noteRelease,
  readShares,
  release,
  take,
  type Member,
  type Share,
} from './membership.ts'

/** One membership, from joining a group to leaving it or losing the session. */
export interface MemberRun {
  readonly fetchNext: FetchNext
  readonly session: Session
  /** Replaced when a member of a group for all types learns of new ones. */
  member: Member
  readonly options: SubscribeOptions
  readonly waker: Waker
  readonly held: HeldPartitions
  /** Names of the topics by their ids. */
  readonly topics: Map<number, string>
  /** Handlers that have not ended. */
  readonly underWay: Set<Promise<void>>
  /** Topics with new events that the group does not consume, since the last look at them. */
  readonly passed: Set<number>
  /** Whether some type has no topic yet. */
  hasUndeclared: boolean
  /** Whether the whole group is paused, as of the last look at the shares. */
  isGroupPaused: boolean
  /** performance.now() at which the lease is renewed and the shares are looked at. */
  beatAt: number
}

const maxEventsPerFetch = 2_000
const fewestPerPartition = 10
// This group does not consume the appended events: its position advances, but nothing waits for that.
const uninterestingDelayMs = 500

/** Enrols in the topics that are declared for the types, and listens to them. */
export async function enrolIn(run: MemberRun): Promise<void> {
  await learnTypes(run)
  const { session, member, topics } = run
  if (!run.hasUndeclared) return
  // Before the group consumes its types; otherwise another member would treat them as unused.
  await noteRelease(session.sql, member)
  const enrolled = await enrol(session.sql, member.group, member.types)
  for (const { id, name } of enrolled) {
    if (topics.has(id)) continue
    topics.set(id, name)
    await session.listen(channelOf(name), (payload) => onAppended(run, id, payload))
  }
  const declared = new Set(enrolled.flatMap(({ types }) => types))
  run.hasUndeclared = member.types.some((type) => !declared.has(type))
}

/** Adds what was declared since the last look to the types of a member that consumes all. */
async function learnTypes(run: MemberRun): Promise<void> {
  const { session, member } = run
  if (!member.takesAll) return
  const types = await declaredTypes(session.sql)
  if (types.length === member.types.length && types.every((type) => member.types.includes(type))) return
  run.member = { ...member, types, release: releaseOf(types) }
  run.hasUndeclared = true
}

/** Names a set of types. */
export function releaseOf(types: readonly string[]): string {
  return createHash('sha256').update(types.toSorted().join()).digest('base64url')
}

/** Triggers a rebalance when members join or leave, and a reload of the topics when a new type is declared. */
export async function listenForChanges(run: MemberRun): Promise<void> {
  const lookAgain = () => {
    run.beatAt = 0
    run.waker.wake()
  }
  await run.session.listen(groupChannelOf(run.options.group), lookAgain)
  await run.session.listen(typesChannel, () => {
    if (run.hasUndeclared || run.member.takesAll) lookAgain()
  })
}

function onAppended({ held, waker, options, passed }: MemberRun, topic: number, payload: string): void {
  const isInteresting =
    payload === '' || options.types === 'all' || payload.split(',').some((type) => options.types.includes(type))
  if (isInteresting) {
    held.expectMore(topic)
    waker.wake()
    return
  }
  const isLookAhead = passed.size > 0
  passed.add(topic)
  // One look for all that is appended until then.
  if (isLookAhead) return
  const pass = () => {
    for (const each of passed) held.expectMore(each)
    passed.clear()
    waker.wake()
  }
  setTimeout(pass, uninterestingDelayMs).unref()
}

/** Renews the lease, and takes or releases partitions until every member has its fair share. */
export async function rebalance(run: MemberRun, isThorough: boolean): Promise<void> {
  const { session, member, held, topics } = run
  const { sql } = session
  const [owned, shares, paused] = await Promise.all([
    beat(sql, member, isThorough),
    readShares(sql, member, [...topics.keys()]),
    isPaused(sql, member),
  ])
  run.isGroupPaused = paused
  held.sync(owned)
  const wanted = shares.flatMap((share) => {
    const mine = held.all().filter(({ topic }) => topic === share.topic)
    const count = shareOut(share, mine)
    return count > 0 && share.free > 0 ? [{ topic: share.topic, count }] : []
  })
  if (wanted.length > 0) held.add(await take(sql, member, wanted))
}

/**
 * Marks the partitions of a topic that a member releases, and returns the number that it takes. While releases differ, the members
 * that know all types hold the partitions in which the others are blocked, and share them: released to the others, they would be blocked again.
 */
function shareOut({ partitions, members, complete, isComplete, blocked }: Share, mine: readonly Held[]): number {
  const fair = Math.ceil(partitions / Math.max(1, members))
  const most = complete === 0 ? partitions : isComplete ? Math.ceil(partitions / complete) : fair
  const ordinary = mine.filter(({ wasBlocked }) => !wasBlocked).length
  markLeaving(mine, Math.max(mine.length - most, Math.min(mine.length - fair, ordinary)))
  return Math.max(fair - mine.length, Math.min(blocked, most - mine.length))
}

/** Chooses the partitions to release, idle ones first; they are no longer fetched, and are released after the current batch. */
function markLeaving(mine: readonly Held[], surplus: number): void {
  const rank = ({ wasBlocked, isBusy }: Held) => 2 * Number(wasBlocked) + Number(isBusy)
  const inTurn = mine.toSorted((a, b) => rank(a) - rank(b))
  inTurn.forEach((each, index) => (each.isLeaving = index < surplus))
}

/** Releases partitions that are leaving or blocked and have no batch in progress. */
export async function giveBack({ session: { sql }, member, held }: MemberRun): Promise<void> {
  const gone = held
    .all()
    .filter(
      (each) => (each.isLeaving || each.blockedBy !== undefined) && !each.isBusy && each.handledTo === each.committed,
    )
  if (gone.length === 0) return
  held.drop(gone)
  await release(sql, member, gone)
  await announce(sql, member.group)
}

/**
 * Commits handled positions and fetches the next events, in one round trip; returns the number of fetched events, or undefined if
 * there was nothing to do.
 */
export async function exchange(run: MemberRun, isHeld: boolean): Promise<number | undefined> {
  const { session, member, held, options } = run
  if (!isHeld) await place(run)
  const done = held.all().filter((each) => each.handledTo !== each.committed)
  const ready = isHeld ? [] : readyPartitions(held)
  if (done.length === 0 && ready.length === 0) return undefined
  const fairLimit = Math.ceil(maxEventsPerFetch / Math.max(1, ready.length))
  const limit = Math.min(options.maxBatch ?? 100, Math.max(fewestPerPartition, fairLimit))
  for (const each of ready) each.mayHaveMore = false
  const from = ready.map(({ topic, part, next }) => ({ topic, part, position: next }))
  const [, rows] = await Promise.all([
    done.length === 0 ? undefined : commitAll(run, done),
    ready.length === 0 ? [] : run.fetchNext(session.sql, member, from, limit),
  ])
  for (const batch of byPartition(rows)) {
    const partition = held.find(batch[0]?.topic ?? -1, batch[0]?.part ?? -1)
    // Lost during the fetch, and possibly already owned again with another epoch.
    if (partition === undefined || !ready.includes(partition)) continue
    partition.mayHaveMore ||= batch.length === limit
    hand(run, partition, batch)
  }
  return rows.length
}

function readyPartitions(held: HeldPartitions): Held[] {
  const now = performance.now()
  return held
    .all()
    .filter((each) => !each.isBusy && !each.isUnplaced && !each.isLeaving && each.blockedBy === undefined)
    .filter((each) => each.mayHaveMore && each.restsUntil <= now)
}

async function commitAll(run: MemberRun, done: readonly Held[]): Promise<void> {
  const { session, member, held } = run
  const positions = done.map(({ topic, part, epoch, handledTo }) => ({ topic, part, epoch, position: handledTo }))
  const kept = await commit(session.sql, member, positions)
  done.forEach((each, index) => {
    const isKept = kept.some(({ topic, part }) => topic === each.topic && part === each.part)
    if (isKept) each.committed = positions[index]?.position ?? each.committed
    else held.drop([each])
  })
  if (kept.length < done.length) run.beatAt = 0
}
