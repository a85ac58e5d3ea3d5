import { eachRow, type Check } from './check.ts'

/** Effects of other services that may happen once. */
export const onceChecks: readonly Check[] = [
  eachRow(
    'a coupon for one use was used once by each customer',
    'pricing',
    `select p.coupon_code, u.customer_id, count(*) as uses from coupon_uses u join promotions p on p.id = u.promotion_id
      where p.max_uses_per_customer is not null
      group by p.coupon_code, u.customer_id, p.max_uses_per_customer having count(*) > p.max_uses_per_customer`,
  ),
  {
    fact: 'coupons stand as used by orders that were confirmed, and by no other',
    async complaints({ system, wishes }) {
      // an order cancelled after its confirmation keeps its coupon
      const orders = await system.sql('order', `select order_id from order_status_history where status = 'confirmed'`)
      const confirmed = new Set(orders.map((row) => row['order_id'] as string))
      const idsOf = async (text: string) => (await system.sql('pricing', text)).map((row) => row['order_id'] as string)
      const uses = await idsOf('select order_id from coupon_uses')
      const held = await idsOf('select order_id from acceptances where released_at is null')
      const withCoupon = wishes.filter(({ kind }) => kind === 'coupon for once').flatMap(({ orderId }) => orderId ?? [])
      return [
        ...uses.filter((id) => !confirmed.has(id)).map((id) => `order ${id} holds a use and was not confirmed`),
        ...held.filter((id) => !confirmed.has(id)).map((id) => `order ${id} holds its quote and was not confirmed`),
        ...withCoupon
          .filter((id) => confirmed.has(id) && !uses.includes(id))
          .map((id) => `order ${id} was confirmed with a coupon that counts as unused`),
      ]
    },
  },
  eachRow(
    'no customer is told the same of an order twice',
    'notification',
    `select user_id, order_id, kind, count(*) from notifications where order_id is not null
      group by user_id, order_id, kind having count(*) > 1`,
  ),
  eachRow(
    'the numbers of invoices, credit notes and debit notes have no gaps',
    'billing',
    `select legal_entity, kind, year, max(position) - count(*) as missing from documents
      group by legal_entity, kind, year having max(position) <> count(*)`,
  ),
  {
    fact: 'every confirmed order has an invoice, and no other',
    async complaints({ system }) {
      const orders = await system.sql('order', `select order_id from order_status_history where status = 'confirmed'`)
      const invoices = await system.sql('billing', `select order_id from documents where kind = 'invoice'`)
      const idsOf = (rows: readonly Record<string, unknown>[]) => new Set(rows.map((row) => row['order_id'] as string))
      return [...idsOf(orders).symmetricDifference(idsOf(invoices))].map((id) => `order ${id}`)
    },
  },
  {
    fact: 'points are given once, for each completed order',
    async complaints({ system }) {
      const completed = await system.sql('order', `select id from orders where status = 'completed'`)
      const earned = await system.sql(
        'user',
        `select order_id, count(*)::int as times from loyalty_entries where kind = 'earned' group by order_id`,
      )
      const timesOf = new Map(earned.map(({ order_id: id, times }) => [id as string, times as number]))
      return completed.flatMap(({ id }) =>
        timesOf.get(id) === 1 ? [] : [`order ${id}: ${timesOf.get(id) ?? 0} times`],
      )
    },
  },
]
