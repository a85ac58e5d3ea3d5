import type { Handler, ReadHandle } from '@stoa/contract'
import type { SalesService } from '@stoa/contracts/sales/service'
import { readFreshness } from '@stoa/eventsourcing'
import type { Deps } from '../deps.ts'
import { rangeOf } from '../domain/range.ts'
import { analyseRevenueRows } from '../store/analyse-revenue.ts'
import { readRevenueRows } from '../store/read-revenue.ts'
import { RevenueTooHigh } from '../store/revenue-sums.ts'

interface Fresh<Rows> {
  readonly rows: Rows
  readonly asOf: string
  readonly executionTimeMs: number
}

/** Reads of the revenue and says how fresh it is, or why it cannot be told. */
async function readFresh<Rows>(
  db: ReadHandle,
  now: Temporal.Instant,
  read: () => Promise<Rows>,
): Promise<Fresh<Rows> | RevenueTooHigh> {
  const startedAt = performance.now()
  // before the rows, which are then at least as fresh
  const { asOf } = await readFreshness(db, 'revenue-by-channel', now)
  try {
    const rows = await read()
    const executionTimeMs = Math.round((performance.now() - startedAt) * 1_000) / 1_000
    return { rows, asOf: asOf.toString(), executionTimeMs }
  } catch (error) {
    if (error instanceof RevenueTooHigh) return error
    throw error
  }
}

const invalidRange = 'Send a range of 1 to 366 days.'

export const readRevenue =
  ({ clock }: Deps): Handler<SalesService, 'readRevenue'> =>
  async ({ query, db, refuse }) => {
    const now = clock.now()
    const range = rangeOf(query, now)
    if (range === undefined) return refuse('sales.range_invalid', invalidRange)
    const groupBy = query.groupBy ?? 'day'
    const found = await readFresh(db, now, () => readRevenueRows(db, { ...range, groupBy }))
    if (found instanceof RevenueTooHigh) return refuse('sales.revenue_too_high', found.message)
    const { rows: items, ...freshness } = found
    return { status: 200, body: { ...range, groupBy, items, ...freshness } }
  }

export const analyseRevenue =
  ({ clock }: Deps): Handler<SalesService, 'analyseRevenue'> =>
  async ({ query, db, refuse }) => {
    const now = clock.now()
    const range = rangeOf(query, now)
    if (range === undefined) return refuse('sales.range_invalid', invalidRange)
    const { interval = 'day', ...parts } = query
    const found = await readFresh(db, now, () => analyseRevenueRows(db, range, { interval, ...parts }))
    if (found instanceof RevenueTooHigh) return refuse('sales.revenue_too_high', found.message)
    const { rows, ...freshness } = found
    return { status: 200, body: { ...range, interval, ...rows, ...freshness } }
  }
