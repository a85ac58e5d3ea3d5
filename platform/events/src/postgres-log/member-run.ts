import type { Session } from '@stoa/postgres'
import type { SubscribeOptions } from '../event-log.ts'
import type { Waker } from '../waker.ts'
import { enrol } from './groups.ts'
import { byPartition, wanted, type Held, type HeldPartitions } from './held-partitions.ts'
import { announce, beat, commit, fetchNext, release, share, take, type FetchedRow, type Member } from './membership.ts'
import { channelOf, groupChannelOf, typesChannel } from './topics.ts'

/** One membership, from joining a group to leaving it or losing the session. */
export interface MemberRun {
  readonly session: Session
  readonly member: Member
  readonly options: SubscribeOptions
  readonly waker: Waker
  readonly held: HeldPartitions
  /** Names of the topics by their ids. */
  readonly topics: Map<number, string>
  /** Handlers that have not ended. */
  readonly underWay: Set<Promise<void>>
  /** Whether some type has no topic yet. */
  hasUndeclared: boolean
  /** performance.now() at which the lease is renewed and the shares are looked at. */
  beatAt: number
}

const maxEventsPerFetch = 2_000
const fewestPerPartition = 10
const restAfterFailureMs = 1_000
// What was appended is of no interest to this group: its position moves on, but nobody waits for that.
const uninterestingDelayMs = 250

/** Enrols in the topics that are declared for the types, and listens to them. */
export async function enrolIn(run: MemberRun): Promise<void> {
  const { session, topics, options } = run
  if (!run.hasUndeclared) return
  const enrolled = await enrol(session.sql, options.group, options.types)
  for (const { id, name } of enrolled) {
    if (topics.has(id)) continue
    topics.set(id, name)
    await session.listen(channelOf(name), (payload) => onAppended(run, id, payload))
  }
  const declared = new Set(enrolled.flatMap(({ types }) => types))
  run.hasUndeclared = options.types.some((type) => !declared.has(type))
}

/** Has the shares looked at again when members come or go, and the topics when a type is declared that had none. */
export async function listenForChanges(run: MemberRun): Promise<void> {
  const lookAgain = () => {
    run.beatAt = 0
    run.waker.wake()
  }
  await run.session.listen(groupChannelOf(run.options.group), lookAgain)
  await run.session.listen(typesChannel, () => {
    if (run.hasUndeclared) lookAgain()
  })
}

function onAppended({ held, waker, options }: MemberRun, topic: number, payload: string): void {
  const news = () => {
    held.expectMore(topic)
    waker.wake()
  }
  const isInteresting = payload === '' || payload.split(',').some((type) => options.types.includes(type))
  if (isInteresting) news()
  else setTimeout(news, uninterestingDelayMs).unref()
}

/** Renews the lease, and takes or gives back partitions until every member has its fair share. */
export async function rebalance({ session: { sql }, member, held, topics }: MemberRun): Promise<void> {
  const ids = [...topics.keys()]
  const [owned, { fair, unowned }] = await Promise.all([beat(sql, member), share(sql, member, ids)])
  held.sync(owned)
  const mine = held.all()
  if (mine.length < fair && unowned > 0) held.add(await take(sql, member, ids, fair - mine.length))
  const idle = mine.filter((each) => !each.isBusy && each.handledTo === each.committed)
  const surplus = idle.slice(0, Math.max(0, mine.length - fair))
  if (surplus.length === 0) return
  held.drop(surplus)
  await release(sql, member, surplus)
  await announce(sql, member.group)
}

/**
 * Commits what is done and fetches what comes next, in one round trip; answers how many events it fetched, undefined when
 * there was nothing to do.
 */
export async function exchange(run: MemberRun, isPaused: boolean): Promise<number | undefined> {
  const { session, held, options } = run
  const done = held.all().filter((each) => each.handledTo > each.committed)
  const ready = isPaused ? [] : readyPartitions(held)
  if (done.length === 0 && ready.length === 0) return undefined
  const fairLimit = Math.ceil(maxEventsPerFetch / Math.max(1, ready.length))
  const limit = Math.min(options.maxBatch ?? 100, Math.max(fewestPerPartition, fairLimit))
  for (const each of ready) each.mayHaveMore = false
  const from = ready.map(({ topic, part, next }) => ({ topic, part, position: next }))
  const [, rows] = await Promise.all([
    done.length === 0 ? undefined : commitAll(run, done),
    ready.length === 0 ? [] : fetchNext(session.sql, from, options.types, limit),
  ])
  for (const batch of byPartition(rows)) {
    const partition = held.find(batch[0]?.topic ?? -1, batch[0]?.part ?? -1)
    // Lost while it was being fetched, and perhaps already held anew under another epoch.
    if (partition === undefined || !ready.includes(partition)) continue
    partition.mayHaveMore ||= batch.length === limit
    hand(run, partition, batch)
  }
  return rows.length
}

function readyPartitions(held: HeldPartitions): Held[] {
  const now = performance.now()
  return held.all().filter((each) => !each.isBusy && each.mayHaveMore && each.restsUntil <= now)
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

function hand({ options, topics, underWay, waker }: MemberRun, partition: Held, rows: readonly FetchedRow[]): void {
  partition.next = (rows.at(-1)?.position ?? partition.next - 1) + 1
  const events = wanted(rows, topics.get(partition.topic) ?? '')
  if (events.length === 0) {
    partition.handledTo = partition.next
    return
  }
  partition.isBusy = true
  const onFailed = () => {
    partition.next = partition.handledTo
    partition.mayHaveMore = true
    partition.restsUntil = performance.now() + restAfterFailureMs
    setTimeout(waker.wake, restAfterFailureMs).unref()
  }
  const onHandled = () => {
    partition.handledTo = partition.next
  }
  const ended = options
    .handle(events)
    .then(onHandled, onFailed)
    .then(() => {
      partition.isBusy = false
      underWay.delete(ended)
      waker.wake()
    })
  underWay.add(ended)
}
