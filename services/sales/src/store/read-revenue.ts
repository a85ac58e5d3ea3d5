import type { ReadHandle } from '@stoa/contract'
import type { Channel, Revenue } from '@stoa/contracts/sales/resources'
import { fragment } from '@stoa/postgres'
import { sumsOf, type SumRow } from './revenue-sums.ts'

interface RevenueRow extends SumRow {
  readonly period: string
  readonly channel: Channel
}

/** The revenue of the days from `from` to `to`, both included. @throws RevenueTooHigh */
export async function readRevenueRows(
  { sql }: ReadHandle,
  { from, to, groupBy }: { readonly from: string; readonly to: string; readonly groupBy: 'day' | 'month' },
): Promise<Revenue[]> {
  const period = groupBy === 'day' ? fragment`r.day` : fragment`date_trunc('month', r.day)::date`
  const rows = await sql<RevenueRow>`
    select ${period} as period, r.currency, r.channel, sum(r.sales)::int as sales, sum(r.gross)::text as gross,
           sum(r.voided)::text as voided, sum(r.returned)::text as returned
      from revenue_by_channel r
      join projections p on p.name = 'revenue-by-channel' and p.is_live and p.generation = r.generation
     where r.day between ${from} and ${to} group by 1, 2, 3 order by 1, 2, 3`
  return rows.map(({ period, channel, ...row }) => ({
    period,
    currency: row.currency,
    channel,
    ...sumsOf(row, `the period ${period} in ${row.currency} (${channel})`),
  }))
}
