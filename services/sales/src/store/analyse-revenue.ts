import type { ReadHandle } from '@stoa/contract'
import type { Channel, RevenueAnalysis, RevenuePart } from '@stoa/contracts/sales/resources'
import { fragment } from '@stoa/postgres'
import type { DayRange } from '../domain/range.ts'
import { averageSale, sumsOf, type SumRow } from './revenue-sums.ts'

/** Which parts of the revenue are asked for. */
export interface AnalysedParts {
  readonly interval: RevenueAnalysis['interval']
  readonly byChannel: boolean
  readonly channel: Channel | undefined
  readonly currency: string | undefined
}

interface PartRow extends SumRow {
  readonly is_total: boolean
  readonly first_day: string
  readonly last_day: string
  readonly channel: Channel | null
}

const lengths = { day: '1 day', week: '1 week', month: '1 month' } as const

/** The revenue of the days of a range in parts, and its totals, in one statement: they are of one state. @throws RevenueTooHigh */
export async function analyseRevenueRows(
  { sql }: ReadHandle,
  range: DayRange,
  { interval, byChannel, channel, currency }: AnalysedParts,
): Promise<Pick<RevenueAnalysis, 'items' | 'totals'>> {
  const byWhichChannel = byChannel ? fragment`r.channel` : fragment`null::text`
  const rows = await sql<PartRow>`
    with days as (
      select r.*, date_trunc(${interval}, r.day)::date as begins, ${byWhichChannel} as part_channel
        from revenue_by_day r join projections p on p.name = 'revenue' and p.is_live and p.generation = r.generation
       where r.day between ${range.from} and ${range.to}
         and (${channel ?? null}::text is null or r.channel = ${channel ?? null})
         and (${currency ?? null}::text is null or r.currency = ${currency ?? null}))
    select grouping(begins) = 1 as is_total, greatest(begins, ${range.from}::date) as first_day,
           least((begins + ${lengths[interval]}::interval)::date - 1, ${range.to}::date) as last_day,
           part_channel as channel, currency, sum(sales)::int as sales, sum(gross)::text as gross,
           sum(voided)::text as voided, sum(returned)::text as returned
      from days group by grouping sets ((begins, part_channel, currency), (currency))
     order by is_total, begins, part_channel, currency`
  const items: RevenuePart[] = []
  const totals: RevenueAnalysis['totals'] = []
  for (const { is_total: isTotal, first_day: from, last_day: to, channel, ...row } of rows) {
    const { currency } = row
    const sums = sumsOf(row, isTotal ? `the range in ${currency}` : `${from} to ${to} in ${currency}`)
    const figures = { currency, ...sums, ...averageSale(sums) }
    if (isTotal) totals.push(figures)
    else items.push({ from, to, ...(channel === null ? {} : { channel }), ...figures })
  }
  return { items, totals }
}
