import type { ReadHandle } from '@stoa/contract'
import type { Channel, RevenueAnalysis, RevenuePart } from '@stoa/contracts/sales/resources'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { compact } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'
import type { DayRange } from '../domain/range.ts'
import { averageSale, sumsOf, type SumRow } from './revenue-sums.ts'

/** Which parts of the revenue are asked for. */
export interface AnalysedParts {
  readonly interval: RevenueAnalysis['interval']
  readonly by?: 'channel' | 'orderChannel'
  readonly channel?: Channel
  readonly orderChannel?: SalesChannel
  readonly currency?: string
}

interface PartRow extends SumRow {
  readonly is_total: boolean
  readonly first_day: string
  readonly last_day: string
  readonly channel: Channel | null
  readonly order_channel: SalesChannel | null
}

const lengths = { day: '1 day', week: '1 week', month: '1 month' } as const

/** The revenue of the days of a range in parts, and its totals, in one statement: they are of one state. @throws RevenueTooHigh */
export async function analyseRevenueRows(
  { sql }: ReadHandle,
  range: DayRange,
  { interval, by, channel, orderChannel, currency }: AnalysedParts,
): Promise<Pick<RevenueAnalysis, 'items' | 'totals'>> {
  const partChannel = by === undefined ? fragment`null::text` : fragment`r.channel`
  const partOrderChannel = by === 'orderChannel' ? fragment`nullif(r.order_channel, '')` : fragment`null::text`
  const rows = await sql<PartRow>`
    with days as (
      select r.*, date_trunc(${interval}, r.day)::date as begins, ${partChannel} as part_channel,
             ${partOrderChannel} as part_order_channel
        from revenue_by_channel r
        join projections p on p.name = 'revenue-by-channel' and p.is_live and p.generation = r.generation
       where r.day between ${range.from} and ${range.to}
         and (${channel ?? null}::text is null or r.channel = ${channel ?? null})
         and (${orderChannel ?? null}::text is null or r.order_channel = ${orderChannel ?? null})
         and (${currency ?? null}::text is null or r.currency = ${currency ?? null}))
    select grouping(begins) = 1 as is_total, greatest(begins, ${range.from}::date) as first_day,
           least((begins + ${lengths[interval]}::interval)::date - 1, ${range.to}::date) as last_day,
           part_channel as channel, part_order_channel as order_channel, currency, sum(sales)::int as sales,
           sum(gross)::text as gross, sum(voided)::text as voided, sum(returned)::text as returned
      from days group by grouping sets ((begins, part_channel, part_order_channel, currency), (currency))
     order by is_total, begins, part_channel, part_order_channel, currency`
  const items: RevenuePart[] = []
  const totals: RevenueAnalysis['totals'] = []
  for (const {
    is_total: isTotal,
    first_day: from,
    last_day: to,
    channel,
    order_channel: orderChannelOf,
    ...row
  } of rows) {
    const { currency } = row
    const sums = sumsOf(row, isTotal ? `the range in ${currency}` : `${from} to ${to} in ${currency}`)
    const figures = { currency, ...sums, ...averageSale(sums) }
    const origin = compact({ channel: channel ?? undefined, orderChannel: orderChannelOf ?? undefined })
    if (isTotal) totals.push(figures)
    else items.push({ from, to, ...origin, ...figures })
  }
  return { items, totals }
}
