import type { LoggedEvent } from '../event-log.ts'
import type { FetchedRow } from './fetched.ts'
import { wanted, type Held } from './held-partitions.ts'
import type { MemberRun } from './member-run.ts'

const restAfterFailureMs = 1_000

/** Has fetched events handled, up to the first one that only another release consumes. */
export function hand(run: MemberRun, partition: Held, rows: readonly FetchedRow[]): void {
  const foreign = rows.find((row) => row.is_foreign)
  partition.blockedBy = foreign?.type
  partition.next = foreign?.position ?? (rows.at(-1)?.position ?? partition.next - 1) + 1
  const own = rows.filter(({ position }) => position < partition.next)
  const events = wanted(own, run.topics.get(partition.topic) ?? '')
  if (events.length === 0) partition.handledTo = partition.next
  else handOver(run, partition, events)
}

/** Has a range handled, from the end of the previous one on. */
export function handOver(
  { options, topics, underWay, waker }: MemberRun,
  partition: Held,
  events: readonly LoggedEvent[],
): void {
  const { part, rangeFrom: from, next: to } = partition
  partition.isBusy = true
  const onFailed = () => {
    partition.next = partition.handledTo
    partition.isUnplaced = options.placesOf !== undefined
    partition.blockedBy = undefined
    partition.mayHaveMore = true
    partition.restsUntil = performance.now() + restAfterFailureMs
    setTimeout(waker.wake, restAfterFailureMs).unref()
  }
  const onHandled = () => {
    partition.handledTo = to
    partition.rangeFrom = to
  }
  const ended = options
    .handle(events, { topic: topics.get(partition.topic) ?? '', partition: part, from, to })
    .then(onHandled, onFailed)
    .then(() => {
      partition.isBusy = false
      underWay.delete(ended)
      waker.wake()
    })
  underWay.add(ended)
}
