import type { IdRange, Money } from '@stoa/kernel'
import type { ReadHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'

interface AcceptedRow {
  readonly orderId: string
  readonly quoteId: string | null
  readonly total: Money | null
  readonly isReleased: boolean
  readonly uses: number
}

/** What these orders, or a range of them in the order of their ids, have accepted and used up; uses alone are there too. */
export async function listAccepted(db: ReadHandle, orders: readonly string[] | IdRange): Promise<AcceptedRow[]> {
  const isRange = 'after' in orders
  const wanted = isRange
    ? fragment`order_id > ${orders.after} and order_id <= ${orders.upTo}`
    : fragment`order_id = any(${orders}::uuid[])`
  const limit = isRange ? fragment`order by order_id limit ${orders.limit}` : fragment``
  return db.sql<AcceptedRow>`
    with accepted as (
      select order_id, quote_id, total, released_at from acceptances where ${wanted} ${limit}
    ), used as (
      select order_id, count(*)::int as uses from coupon_uses where ${wanted} group by order_id ${limit}
    )
    select order_id as "orderId", quote_id as "quoteId", total, released_at is not null as "isReleased",
           coalesce(uses, 0) as uses
      from accepted full join used using (order_id) ${limit}`
}

/** A promotion with how many uses it counts and how many are noted. */
interface PromotionBooks {
  readonly id: string
  readonly name: string
  readonly uses: number
  readonly noted: number
}

/** The promotions after this one, in the order of their ids. */
export async function comparePromotions(
  db: ReadHandle,
  afterId: string | undefined,
  limit: number,
): Promise<PromotionBooks[]> {
  return db.sql<PromotionBooks>`
    select id, name, uses, coalesce(noted, 0)::int as noted
      from promotions left join coupon_use_totals on promotion_id = id where ${afterId}::uuid is null or id > ${afterId} order by id limit ${limit}`
}
