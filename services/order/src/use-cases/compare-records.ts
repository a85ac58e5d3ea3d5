import { setTimeout as pause } from 'node:timers/promises'
import type { ReadHandle } from '@stoa/contract'
import type { RecordKeeper, Difference, OtherRecords } from '../domain/records.ts'
import { compareOrder, findOrphans } from '../reconciliation/compare-order.ts'
import { readRecordsAfter, readRecordsOf, type StoredRecord } from '../store/order-records.ts'
import type { OrderCalls } from '../reconciliation/comparer.ts'
import { noCounts } from '../reconciliation/comparers.ts'
import { fetchRecordsIn, fetchRecordsOf } from '../reconciliation/fetch-records.ts'

/** What the books of orders are compared with. */
export interface Comparison {
  readonly db: ReadHandle
  readonly calls: OrderCalls
  readonly asked: ReadonlySet<RecordKeeper>
}

/** What a walk over all orders has met. */
export interface Walked {
  /** Orders, of ours or of others, that look wrong and may only be on the move. */
  readonly suspects: readonly string[]
  readonly isTruncated: boolean
  readonly orders: number
  readonly counts: Readonly<Record<RecordKeeper, number>>
  readonly underWay: number
  readonly stuck: number
}

const ordersOfPage = 200
const rowsOfAnswer = 500
const mostSuspects = 1_000
const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Compares the orders after an id with the records of other services, one page at a time. */
export async function walkOrders({ db, calls, asked }: Comparison, from: string): Promise<Walked> {
  const suspects = new Set<string>()
  const met = { orders: 0, underWay: 0, stuck: 0, counts: noCounts() }
  for (let after = from; after !== highestId && suspects.size < mostSuspects;) {
    const page = await readRecordsAfter(db, after, ordersOfPage)
    const upTo = page.length < ordersOfPage ? highestId : (page.at(-1)?.record.id ?? highestId)
    const { records, counts, end } = await fetchRecordsIn(calls, asked, { after, upTo, limit: rowsOfAnswer })
    const orders = new Map(page.filter(({ record }) => record.id <= end).map((read) => [read.record.id, read]))
    for (const [id, { record, saga }] of orders) {
      if (saga !== undefined) met[saga === 'stuck' ? 'stuck' : 'underWay'] += 1
      else if (compareOrder(record, records.get(id) ?? { asked }).length > 0) suspects.add(id)
    }
    for (const id of records.keys()) if (!orders.has(id)) suspects.add(id)
    met.orders += orders.size
    for (const name of asked) met.counts[name] += counts[name]
    after = end
  }
  const isTruncated = suspects.size >= mostSuspects
  return { ...met, suspects: [...suspects].slice(0, mostSuspects), isTruncated }
}

interface Recheck {
  /** Runs before each check, to let changes in progress complete. */
  readonly settle: () => Promise<void>
  readonly looks: number
  readonly pauseMs: number
}

/** What of the suspects was still wrong each time it was looked at again, and how many continued meanwhile. */
export interface Rechecked {
  readonly differences: readonly Difference[]
  readonly underWay: number
}

/** Looks at suspects again, some times and some time apart: only what stays is a difference. */
export async function recheck(
  comparison: Comparison,
  suspects: readonly string[],
  { settle, looks, pauseMs }: Recheck,
): Promise<Rechecked> {
  let verdicts: (readonly [id: string, verdict: Verdict])[] = suspects.map((id) => [id, 'moving'])
  let underWay = 0
  for (let look = 0; look < looks && verdicts.length > 0; look += 1) {
    await pause(pauseMs)
    await settle()
    const ids = verdicts.map(([id]) => id)
    verdicts = []
    for (let at = 0; at < ids.length; at += ordersOfPage) {
      const judged = await judge(comparison, ids.slice(at, at + ordersOfPage))
      underWay += judged.filter(([, verdict]) => verdict === 'under_way').length
      verdicts.push(
        ...judged.filter(([, verdict]) => verdict === 'moving' || (verdict !== 'under_way' && verdict.length > 0)),
      )
    }
  }
  const differences = verdicts.flatMap(([, verdict]) => (typeof verdict === 'string' ? [] : verdict))
  return { differences, underWay: underWay + verdicts.filter(([, verdict]) => verdict === 'moving').length }
}

/** A saga is working on it, it changed during the check, or its differences (none if it is consistent). */
type Verdict = 'under_way' | 'moving' | readonly Difference[]

async function judge({ db, calls, asked }: Comparison, ids: readonly string[]) {
  const before = byId(await readRecordsOf(db, ids))
  const { records } = await fetchRecordsOf(calls, asked, ids)
  // An order that did not change around the other responses is consistent with them.
  const after = byId(await readRecordsOf(db, ids))
  return ids.map((id) => [id, verdictOf(before.get(id), after.get(id), id, records.get(id) ?? { asked })] as const)
}

function byId(records: readonly StoredRecord[]): ReadonlyMap<string, StoredRecord> {
  return new Map(records.map((read) => [read.record.id, read]))
}

function verdictOf(
  before: StoredRecord | undefined,
  after: StoredRecord | undefined,
  id: string,
  others: OtherRecords,
): Verdict {
  if (after === undefined) return findOrphans(id, others)
  if (after.saga !== undefined || before?.saga !== undefined) return 'under_way'
  return before?.record.version === after.record.version ? compareOrder(after.record, others) : 'moving'
}
