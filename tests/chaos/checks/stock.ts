import { eachRow, type Asked, type Check } from './check.ts'

/** What the books of stock say of all movements. */
export const stockBookChecks: readonly Check<Asked>[] = [
  eachRow(
    'the movements of every SKU sum up to what lies in the warehouses',
    'inventory',
    `select sku, warehouse_id, s.on_hand, m.moved from stock s
      full join (select sku, warehouse_id, sum(delta) as moved from stock_movements group by sku, warehouse_id) m using (sku, warehouse_id)
      where coalesce(s.on_hand, 0) <> coalesce(m.moved, 0)`,
  ),
  eachRow(
    'what is reserved is what live reservations still hold',
    'inventory',
    `select sku, warehouse_id, s.reserved, coalesce(h.held, 0) as held from stock s
      full join (
        select line ->> 'sku' as sku, (line ->> 'warehouseId')::uuid as warehouse_id, sum((line ->> 'quantity')::bigint) as held
        from reservations, jsonb_array_elements(outstanding) as line
        where status in ('held', 'confirmed') group by 1, 2
      ) h using (sku, warehouse_id)
      where coalesce(s.reserved, 0) <> coalesce(h.held, 0)`,
  ),
]

/** Goods: what lies there, what is promised, what has gone. */
export const stockChecks: readonly Check[] = [
  ...stockBookChecks,
  {
    fact: 'every order has the reservation that its state asks for',
    async complaints({ system }) {
      const orders = await system.sql('order', 'select id, status from orders')
      const rows = await system.sql(
        'inventory',
        'select order_id, array_agg(status) as statuses from reservations group by order_id',
      )
      const statusesOf = new Map(rows.map((row) => [row['order_id'], row['statuses'] as string[]]))
      return orders.flatMap(({ id, status }) => {
        const live = (statusesOf.get(id) ?? []).filter((each) => each !== 'released')
        return live.join() === (status === 'completed' ? 'fulfilled' : '')
          ? []
          : [`order ${id} is ${status}, its reservations ${statusesOf.get(id)?.join(', ') ?? 'none'}`]
      })
    },
  },
  {
    fact: 'what left the warehouses is what was sent',
    async complaints({ system }) {
      const gone = await system.sql(
        'inventory',
        `
        select line ->> 'sku' as sku, sum((line ->> 'quantity')::int)::int as quantity
        from reservations, jsonb_array_elements(lines) as line where status = 'fulfilled' group by 1`,
      )
      const moved = await system.sql(
        'inventory',
        `
        select sku, -sum(delta)::int as quantity from stock_movements where delta < 0 group by 1`,
      )
      const movedOf = new Map(moved.map(({ sku, quantity }) => [sku, quantity]))
      return gone
        .filter(({ sku, quantity }) => movedOf.get(sku) !== quantity)
        .map(({ sku, quantity }) => `${sku}: ${quantity} fulfilled, ${movedOf.get(sku) ?? 0} moved`)
    },
  },
  {
    fact: 'every order has the shipment that its state asks for, and one only',
    async complaints({ system }) {
      const orders = await system.sql('order', 'select id, status from orders')
      const shipments = await system.sql(
        'shipping',
        'select order_id, status from shipments where order_id is not null',
      )
      const live = Map.groupBy(
        shipments.filter(({ status }) => status !== 'cancelled'),
        (row) => row['order_id'] as string,
      )
      return orders.flatMap(({ id, status }) => {
        const wanted = ['rejected', 'cancelled'].includes(status) ? 0 : 1
        const count = live.get(id)?.length ?? 0
        return count === wanted ? [] : [`order ${id} is ${status} with ${count} live shipments`]
      })
    },
  },
]
