import type { ReadHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'
import type { Difference } from '../domain/records.ts'

const mostDifferences = 1_000

/** Compares carts that became orders after an order id with those orders: a cart and its order have one customer and the same units. */
export async function compareCarts(
  db: ReadHandle,
  from: string | undefined,
): Promise<{ readonly differences: Difference[]; readonly count: number }> {
  const looked = from === undefined ? fragment`` : fragment`and c.order_id > ${from}`
  const rows = await db.sql<{ id: string; order_id: string; number: string | null; found: string }>`
    select id, order_id, number, found from (
      select c.id, c.order_id, o.number,
             case when o.id is null then 'no order'
                  when o.customer_id <> c.customer_id then 'an order of another customer'
                  when (select jsonb_object_agg(i ->> 'sku', i -> 'quantity') from jsonb_array_elements(c.items) as i)
                       is distinct from
                       (select jsonb_object_agg(i ->> 'sku', i -> 'quantity') from jsonb_array_elements(o.items) as i)
                  then 'an order of other units' end as found
        from carts c left join orders o on o.id = c.order_id
       where c.status = 'ordered' ${looked}
    ) as compared where found is not null order by order_id limit ${mostDifferences}`
  const [counted] = await db.sql<{ count: number }>`
    select count(*)::int as count from carts c where c.status = 'ordered' ${looked}`
  const differences = rows.map(({ id, order_id: orderId, number, found }) => ({
    kind: 'cart.order_differs' as const,
    orderId,
    ...(number === null ? {} : { orderNumber: number }),
    subject: `cart ${id}`,
    expected: 'an order of its customer with its units',
    found,
  }))
  return { differences, count: counted?.count ?? 0 }
}
