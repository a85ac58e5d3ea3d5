import type { ReadHandle } from '@stoa/contract'
import type { Channel, Revenue } from '@stoa/contracts/sales/resources'
import { money } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

interface RevenueRow {
  readonly period: string
  readonly currency: string
  readonly channel: Channel
  readonly sales: number
  readonly gross: string
  readonly voided: string
  readonly returned: string
}

/** Amounts that add up to more than a number can hold. */
export class RevenueTooHigh extends Error {
  override readonly name = 'RevenueTooHigh'
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
      from revenue_by_day r join projections p on p.name = 'revenue' and p.is_live and p.generation = r.generation
     where r.day between ${from} and ${to} group by 1, 2, 3 order by 1, 2, 3`
  return rows.map(toRevenue)
}

function toRevenue({ period, currency, channel, sales, ...sums }: RevenueRow): Revenue {
  const exact = (text: string) => {
    const amount = Number(text)
    if (Number.isSafeInteger(amount)) return amount
    throw new RevenueTooHigh(
      `The revenue of the period ${period} in ${currency} (${channel}) is more than 2^53 minor units.`,
    )
  }
  const [gross, voided, returned] = [exact(sums.gross), exact(sums.voided), exact(sums.returned)]
  return {
    period,
    currency,
    channel,
    sales,
    gross: money(gross, currency),
    voided: money(voided, currency),
    returned: money(returned, currency),
    net: money(exact(String(gross - voided - returned)), currency),
  }
}
