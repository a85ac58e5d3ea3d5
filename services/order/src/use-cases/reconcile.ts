import type { ReadHandle, Tx } from '@stoa/contract'
import { reconciliationFailed } from '@stoa/contracts/order/events'
import type { PublishedKind, ReconciliationReport } from '@stoa/contracts/order/reconciliation'
import type { OrderService } from '@stoa/contracts/order/service'
import { lowestIdAt } from '@stoa/kernel'
import { advisoryXactLock } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import type { Difference } from '../domain/records.ts'
import { checkTotals, noTotals } from '../reconciliation/check-totals.ts'
import type { Comparer, OrderCalls } from '../reconciliation/comparer.ts'
import { comparers } from '../reconciliation/comparers.ts'
import { findKeepers } from '../reconciliation/fetch-records.ts'
import { compareCarts } from '../store/cart-records.ts'
import { keepReport, noteDifferences } from '../store/reconciliations.ts'
import { recheck, walkOrders, type Comparison, type Walked } from './compare-records.ts'

interface Reconciliation {
  readonly scope: ReconciliationReport['scope']
  readonly db: ReadHandle
  readonly calls: OrderCalls
}

const lowestId = '00000000-0000-0000-0000-000000000000'
const catchUpMs = 10_000
const looks = 3
const mostDifferences = 1_000

/**
 * Compares orders with payments, ledger, reservations, shipments, accepted quotes and carts, and finds what others keep for
 * orders that do not exist. Rejects when a service of which an instance is known does not answer.
 */
export async function reconcile(
  { clock, newId, caughtUp, reconciliation: { recentMs, recheckMs } }: Deps,
  { scope, db, calls }: Reconciliation,
): Promise<ReconciliationReport> {
  const startedAt = clock.now()
  const { asked, missing } = await findKeepers(calls)
  const groups = ['order', ...asked]
  const untilMs = performance.now() + catchUpMs
  const settle = () => caughtUp({ groups, timeoutMs: Math.max(0, untilMs - performance.now()) })
  let { isCaughtUp } = await settle()
  const comparison: Comparison = { db, calls, asked }
  const from = fromOf(scope, startedAt, recentMs)
  const walked = await walkOrders(comparison, from ?? lowestId)
  const carts = await compareCarts(db, from)
  const checked = scope === 'all' ? await checkTotals(calls, asked) : noTotals
  const rechecked = await recheck(comparison, walked.suspects, {
    settle: async () => void ({ isCaughtUp } = await settle()),
    looks,
    pauseMs: recheckMs,
  })
  const differences = [...rechecked.differences, ...checked.differences, ...carts.differences]
  return {
    id: newId(),
    scope,
    startedAt: startedAt.toString(),
    endedAt: clock.now().toString(),
    differences: differences.slice(0, mostDifferences),
    isTruncated: walked.isTruncated || differences.length > mostDifferences,
    compared: {
      orders: walked.orders - walked.underWay - walked.stuck,
      ...countsOf(walked),
      ...checked.counts,
      carts: carts.count,
    },
    leftOut: {
      services: [...missing],
      ordersUnderWay: walked.underWay + rechecked.underWay,
      ordersStuck: walked.stuck,
    },
    isCaughtUp,
  }
}

function fromOf(scope: Reconciliation['scope'], at: Temporal.Instant, recentMs: number): string | undefined {
  return scope === 'all' ? undefined : lowestIdAt(at.subtract({ milliseconds: recentMs }))
}

function countsOf({ counts }: Walked): Record<Comparer['countedAs'], number> {
  const named = comparers.map(({ keeper, countedAs }) => [countedAs, counts[keeper]] as const)
  return Object.fromEntries(named) as Record<Comparer['countedAs'], number>
}

const mostTold = 20

/** Stores the result of a reconciliation, and publishes and returns new differences. */
export async function keepReconciliation(
  { reconciliation: { recentMs } }: Deps,
  tx: Tx<OrderService>,
  report: ReconciliationReport,
): Promise<readonly Difference[]> {
  const { differences, ...kept } = report
  const { id, scope, leftOut } = kept
  const at = Temporal.Instant.from(kept.endedAt)
  await advisoryXactLock(tx, 'order.reconciliation')
  const missing = new Set(leftOut.services)
  const compared = comparers.filter(({ keeper }) => !missing.has(keeper))
  const unknown = await noteDifferences(tx, differences, {
    areas: kept.isTruncated ? [] : ['order', 'cart', ...compared.flatMap(({ areas }) => areas)],
    from: fromOf(scope, Temporal.Instant.from(kept.startedAt), recentMs),
    at,
  })
  await keepReport(tx, kept, at)
  if (unknown.length === 0) return unknown
  await tx.publish(reconciliationFailed, id, {
    reconciliationId: id,
    scope,
    found: differences.length,
    unknown: unknown.length,
    ...publishedPart(unknown),
  })
  return unknown
}

/** The part of the event that describes new differences; version 1 has no place for those of carts but their number. */
function publishedPart(unknown: readonly Difference[]) {
  const published = unknown.filter(isPublished)
  const carts = unknown.length - published.length
  return {
    kinds: countKinds(published),
    differences: published.slice(0, mostTold),
    ...(carts === 0 ? {} : { carts }),
  }
}

function isPublished(difference: Difference): difference is Difference & { readonly kind: PublishedKind } {
  return difference.kind !== 'cart.order_differs'
}

/** How many there are of each kind, the most frequent first. */
export function countKinds<Kind extends string>(differences: readonly { readonly kind: Kind }[]) {
  return [...Map.groupBy(differences, ({ kind }) => kind)]
    .map(([kind, of]) => ({ kind, count: of.length }))
    .toSorted((one, other) => other.count - one.count)
}
