import {
  byFrequency,
  countByStatus,
  countRejections,
  findDifferences,
  sumMoney,
  type Money,
  type Tally,
} from './tally.ts'

/** What came of a demonstration, for programs. */
export interface DemoSummary {
  readonly seed: number
  readonly tookSeconds: number
  readonly shoppers: number
  /** Asked by shoppers, not by those who look. */
  readonly requests: number
  readonly placed: number
  readonly ordersPerSecond: number
  readonly byStatus: Readonly<Record<string, number>>
  /** Why orders were rejected. */
  readonly rejections: Readonly<Record<string, number>>
  /** The codes of requests that were refused. */
  readonly refusals: Readonly<Record<string, number>>
  readonly captured: Money
  readonly refunded: Money
  /** Orders of which not what is due was kept. */
  readonly differences: readonly string[]
  readonly orders: readonly { readonly id: string; readonly status: string }[]
}

export function summarize(tally: Tally, seed: number, now = new Date()): DemoSummary {
  const tookSeconds = (now.getTime() - tally.startedAt.getTime()) / 1_000
  return {
    seed,
    tookSeconds: Math.round(tookSeconds * 10) / 10,
    shoppers: tally.shoppers,
    requests: tally.requests,
    placed: tally.orders.size,
    ordersPerSecond: Math.round((tally.orders.size / Math.max(tookSeconds, 0.1)) * 10) / 10,
    byStatus: Object.fromEntries(countByStatus(tally)),
    rejections: Object.fromEntries(countRejections(tally)),
    refusals: Object.fromEntries(byFrequency(tally.refusals)),
    ...sumMoney(tally),
    differences: findDifferences(tally),
    orders: [...tally.orders].map(([id, order]) => ({ id, status: order?.status ?? 'pending' })),
  }
}
