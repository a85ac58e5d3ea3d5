import type { ReadHandle } from '@stoa/contract'
import type { Channel, Revenue } from '@stoa/contracts/sales/resources'
import { money } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

interface RevenueRow {
  readonly period: string
  readonly currency: string
  readonly channel: Channel
  readonly sales: number
  readonly gross: number
  readonly voided: number
  readonly returned: number
}

/** The revenue of the days from `from` to `to`, both included. */
export async function readRevenueRows(
  { sql }: ReadHandle,
  { from, to, groupBy }: { readonly from: string; readonly to: string; readonly groupBy: 'day' | 'month' },
): Promise<Revenue[]> {
  const period = groupBy === 'day' ? fragment`r.day` : fragment`date_trunc('month', r.day)::date`
  const rows = await sql<RevenueRow>`
    select ${period} as period, r.currency, r.channel, sum(r.sales)::int as sales, sum(r.gross)::bigint as gross,
           sum(r.voided)::bigint as voided, sum(r.returned)::bigint as returned
      from revenue_by_day r join projections p on p.name = 'revenue' and p.is_live and p.generation = r.generation
     where r.day between ${from} and ${to} group by 1, 2, 3 order by 1, 2, 3`
  return rows.map(({ period: day, currency, channel, sales, gross, voided, returned }) => ({
    period: day,
    currency,
    channel,
    sales,
    gross: money(gross, currency),
    voided: money(voided, currency),
    returned: money(returned, currency),
    net: money(gross - voided - returned, currency),
  }))
}
