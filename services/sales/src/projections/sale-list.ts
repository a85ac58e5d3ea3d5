import type { WriteHandle } from '@stoa/contract'
import type { PositionedEvent, Projection } from '@stoa/eventsourcing'
import type { SaleEvent } from '../domain/sale.ts'
import { saleSource } from '../ledger.ts'

type Stored<Type extends SaleEvent['type']> = PositionedEvent<Extract<SaleEvent, { readonly type: Type }>>

/** The list of sales, without their lines. */
export const saleList: Projection<SaleEvent> = {
  name: 'sale-list',
  version: 2,
  source: saleSource,
  tables: ['sale_list'],
  async apply(events, tx, generation) {
    await insertSales(
      tx,
      events.filter((event): event is Stored<'sale-recorded'> => event.type === 'sale-recorded'),
      generation,
    )
    for (const event of events) {
      if (event.type === 'sale-voided') await markVoided(tx, event, generation)
      if (event.type === 'goods-returned') await addReturned(tx, event, generation)
    }
  },
}

async function insertSales(
  { sql }: WriteHandle,
  sales: readonly Stored<'sale-recorded'>[],
  generation: number,
): Promise<void> {
  if (sales.length === 0) return
  await sql`
    insert into sale_list (generation, id, version, channel, order_channel, status, currency, total, returned, net, order_number, till, sold_at,
                           changed_at)
    select ${generation}::int, id, version, channel, order_channel, 'completed', currency, total, 0, total, order_number, till, sold_at, sold_at
      from unnest(
        ${sales.map(({ streamId }) => streamId)}::uuid[], ${sales.map(({ version }) => version)}::int[],
        ${sales.map(({ data }) => data.channel)}::text[], ${sales.map(({ data }) => data.orderChannel)}::text[],
        ${sales.map(({ data }) => data.total.currency)}::text[],
        ${sales.map(({ data }) => data.total.amount)}::bigint[], ${sales.map(({ data }) => data.orderNumber)}::text[],
        ${sales.map(({ data }) => data.till)}::text[], ${sales.map(({ data }) => data.at)}::timestamptz[]
      ) as sale (id, version, channel, order_channel, currency, total, order_number, till, sold_at)`
}

async function markVoided(
  { sql }: WriteHandle,
  { streamId, version, data }: Stored<'sale-voided'>,
  generation: number,
): Promise<void> {
  await sql`
    update sale_list set status = 'voided', net = 0, version = ${version}, changed_at = ${data.at}
     where generation = ${generation} and id = ${streamId}`
}

async function addReturned(
  { sql }: WriteHandle,
  { streamId, version, data }: Stored<'goods-returned'>,
  generation: number,
): Promise<void> {
  const status = data.all ? 'returned' : 'partially_returned'
  await sql`
    update sale_list set status = ${status}, returned = returned + ${data.amount.amount}, net = net - ${data.amount.amount},
      version = ${version}, changed_at = ${data.at}
     where generation = ${generation} and id = ${streamId}`
}
