import type { Projection } from '@stoa/eventsourcing'
import { movementsOf } from '../domain/movements.ts'
import type { SaleEvent } from '../domain/sale.ts'
import { saleSource } from '../ledger.ts'

/** The revenue of each day of UTC, by currency and channel: what releases before `revenue-by-channel` read, until none of them runs. */
export const revenue: Projection<SaleEvent> = {
  name: 'revenue',
  version: 1,
  source: saleSource,
  tables: ['revenue_by_day'],
  async apply(events, tx, generation) {
    const rows = movementsOf(events)
    await tx.sql`
      insert into revenue_by_day as r (generation, day, currency, channel, sales, gross, voided, returned)
      select ${generation}::int, day, currency, channel, sum(sales), sum(gross), sum(voided), sum(returned) from unnest(
        ${rows.map(({ day }) => day)}::date[], ${rows.map(({ currency }) => currency)}::text[],
        ${rows.map(({ channel }) => channel)}::text[], ${rows.map(({ sales }) => sales)}::int[],
        ${rows.map(({ gross }) => gross)}::bigint[], ${rows.map(({ voided }) => voided)}::bigint[],
        ${rows.map(({ returned }) => returned)}::bigint[]
      ) as m (day, currency, channel, sales, gross, voided, returned)
      group by day, currency, channel
      on conflict (generation, day, currency, channel) do update
        set sales = r.sales + excluded.sales, gross = r.gross + excluded.gross, voided = r.voided + excluded.voided,
            returned = r.returned + excluded.returned`
  },
}
