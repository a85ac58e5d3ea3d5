import type { Handler } from '@stoa/contract'
import type { SalesService } from '@stoa/contracts/sales/service'
import { readFreshness } from '@stoa/eventsourcing'
import type { Deps } from '../deps.ts'
import { rangeOf } from '../domain/range.ts'
import { readRevenueRows, RevenueTooHigh } from '../store/read-revenue.ts'

export const readRevenue =
  ({ clock }: Deps): Handler<SalesService, 'readRevenue'> =>
  async ({ query, db, refuse }) => {
    const startedAt = performance.now()
    const now = clock.now()
    const range = rangeOf(query, now)
    if (range === undefined) return refuse('sales.range_invalid', 'Send a range of 1 to 366 days.')
    const groupBy = query.groupBy ?? 'day'
    // before the rows, which are then at least as fresh
    const { asOf } = await readFreshness(db, 'revenue', now)
    const items = await readRevenueRows(db, { ...range, groupBy }).catch((error: unknown) => {
      if (error instanceof RevenueTooHigh) return error
      throw error
    })
    if (items instanceof RevenueTooHigh) return refuse('sales.revenue_too_high', items.message)
    const executionTimeMs = Math.round((performance.now() - startedAt) * 1_000) / 1_000
    return { status: 200, body: { ...range, groupBy, items, asOf: asOf.toString(), executionTimeMs } }
  }
