import type { Projection } from '@stoa/eventsourcing'
import { movementsOf } from '../domain/movements.ts'
import type { SaleEvent } from '../domain/sale.ts'
import { saleSource } from '../ledger.ts'

/** The revenue of each day of UTC, by currency, channel and channel of the order. */
export const revenueByChannel: Projection<SaleEvent> = {
  name: 'revenue-by-channel',
  version: 1,
  source: saleSource,
  tables: ['revenue_by_channel'],
  async apply(events, tx, generation) {
    const rows = movementsOf(events)
    await tx.sql`
      insert into revenue_by_channel as r (generation, day, currency, channel, order_channel, sales, gross, voided, returned)
      select ${generation}::int, m.* from unnest(
        ${rows.map(({ day }) => day)}::date[], ${rows.map(({ currency }) => currency)}::text[],
        ${rows.map(({ channel }) => channel)}::text[], ${rows.map(({ orderChannel }) => orderChannel)}::text[],
        ${rows.map(({ sales }) => sales)}::int[], ${rows.map(({ gross }) => gross)}::bigint[],
        ${rows.map(({ voided }) => voided)}::bigint[], ${rows.map(({ returned }) => returned)}::bigint[]
      ) as m
      on conflict (generation, day, currency, channel, order_channel) do update
        set sales = r.sales + excluded.sales, gross = r.gross + excluded.gross, voided = r.voided + excluded.voided,
            returned = r.returned + excluded.returned`
  },
}
