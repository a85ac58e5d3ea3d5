import { setTimeout as pause } from 'node:timers/promises'
import type { ReadHandle } from '@stoa/contract'
import type { BookKeeper, Difference, OtherBooks } from '../domain/books.ts'
import { compareOrder, findOrphans } from '../domain/compare-order.ts'
import { readBooksAfter, readBooksOf, type ReadBook } from '../store/order-books.ts'
import { askBooksIn, askBooksOf, type OrderCalls } from './ask-books.ts'

/** What the books of orders are compared with. */
export interface Comparison {
  readonly db: ReadHandle
  readonly calls: OrderCalls
  readonly asked: ReadonlySet<BookKeeper>
}

/** What a walk over all orders has met. */
export interface Walked {
  /** Orders, of ours or of others, that look wrong and may only be on the move. */
  readonly suspects: readonly string[]
  readonly isTruncated: boolean
  readonly orders: number
  readonly counts: Readonly<Record<BookKeeper, number>>
  readonly underWay: number
  readonly stuck: number
}

const ordersOfPage = 200
const rowsOfAnswer = 500
const mostSuspects = 1_000
const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Walks over the orders after an id, and over what others keep for orders after it, side by side and a page at a time. */
export async function walkOrders({ db, calls, asked }: Comparison, from: string): Promise<Walked> {
  const suspects = new Set<string>()
  const met = { orders: 0, underWay: 0, stuck: 0, counts: { payment: 0, inventory: 0, shipping: 0, pricing: 0 } }
  for (let after = from; after !== highestId && suspects.size < mostSuspects;) {
    const page = await readBooksAfter(db, after, ordersOfPage)
    const upTo = page.length < ordersOfPage ? highestId : (page.at(-1)?.book.id ?? highestId)
    const { books, counts, end } = await askBooksIn(calls, asked, { after, upTo, limit: rowsOfAnswer })
    const orders = new Map(page.filter(({ book }) => book.id <= end).map((read) => [read.book.id, read]))
    for (const [id, { book, saga }] of orders) {
      if (saga !== undefined) met[saga === 'stuck' ? 'stuck' : 'underWay'] += 1
      else if (compareOrder(book, books.get(id) ?? { asked }).length > 0) suspects.add(id)
    }
    for (const id of books.keys()) if (!orders.has(id)) suspects.add(id)
    met.orders += orders.size
    for (const name of asked) met.counts[name] += counts[name]
    after = end
  }
  const isTruncated = suspects.size >= mostSuspects
  return { ...met, suspects: [...suspects].slice(0, mostSuspects), isTruncated }
}

interface Recheck {
  /** Before each look: lets what is on its way arrive. */
  readonly settle: () => Promise<void>
  readonly looks: number
  readonly pauseMs: number
}

/** What of the suspects was still wrong each time it was looked at again, and how many went on meanwhile. */
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

/** A saga works on it, it has moved while it was looked at, or what is wrong with it: nothing, when it is well. */
type Verdict = 'under_way' | 'moving' | readonly Difference[]

async function judge({ db, calls, asked }: Comparison, ids: readonly string[]) {
  const before = byId(await readBooksOf(db, ids))
  const { books } = await askBooksOf(calls, asked, ids)
  // An order that has stood still around the others' answers was not overtaken by them.
  const after = byId(await readBooksOf(db, ids))
  return ids.map((id) => [id, verdictOf(before.get(id), after.get(id), id, books.get(id) ?? { asked })] as const)
}

function byId(books: readonly ReadBook[]): ReadonlyMap<string, ReadBook> {
  return new Map(books.map((read) => [read.book.id, read]))
}

function verdictOf(before: ReadBook | undefined, after: ReadBook | undefined, id: string, others: OtherBooks): Verdict {
  if (after === undefined) return findOrphans(id, others)
  if (after.saga !== undefined || before?.saga !== undefined) return 'under_way'
  return before?.book.version === after.book.version ? compareOrder(after.book, others) : 'moving'
}
