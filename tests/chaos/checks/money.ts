import { eachRow, type Aftermath, type Asked, type Check } from './check.ts'

interface Paid {
  readonly orderId: string
  readonly captured: number
  readonly refunded: number
}

async function paidBy({ system }: Aftermath): Promise<Map<string, Paid>> {
  const rows = await system.sql('payment', 'select order_id, captured::float8, refunded::float8 from payments')
  return new Map(
    rows.map((row) => [
      row['order_id'],
      { orderId: row['order_id'], captured: row['captured'], refunded: row['refunded'] },
    ]),
  )
}

/** What the provider and the books say of all payments. */
export const bookChecks: readonly Check<Asked>[] = [
  eachRow(
    'the provider has charged each payment once, and as much as the books say',
    'payment',
    `select p.id, p.order_id, p.status, p.captured, p.refunded, count(c.key) as charges,
        sum(c.amount) filter (where c.state = 'captured') as charged, sum(c.refunded) as paid_back
      from payments p left join sandbox_charges c on split_part(c.key, '/', 1) = p.id::text and c.state in ('captured', 'authorized')
      group by p.id
      having count(c.key) > 1
        or coalesce(sum(c.amount) filter (where c.state = 'captured'), 0) <> p.captured
        or coalesce(sum(c.refunded), 0) <> p.refunded`,
  ),
  eachRow(
    'the provider holds no money that no payment knows of',
    'payment',
    `select c.key, c.state, c.amount from sandbox_charges c
      where c.state in ('captured', 'authorized') and not exists (select from payments p where p.id::text = split_part(c.key, '/', 1))`,
  ),
  eachRow(
    'the ledger says what the payments say',
    'payment',
    `select p.id, p.captured, p.refunded,
        count(t.id) filter (where t.kind = 'capture') as captures, count(t.id) filter (where t.kind = 'refund') as refunds
      from payments p left join ledger_transactions t on t.payment_id = p.id
      group by p.id
      having (count(t.id) filter (where t.kind = 'capture') = 1) <> (p.captured > 0)
        or (count(t.id) filter (where t.kind = 'refund') > 0) <> (p.refunded > 0)`,
  ),
  eachRow(
    'nothing is under way with the provider',
    'payment',
    'select id, pending from payments where pending is not null',
  ),
]

/** Who paid what, at the provider and in the books. */
export const moneyChecks: readonly Check[] = [
  {
    fact: 'an order is paid in full when it is sold, and not at all when it is not',
    async complaints(aftermath) {
      const paid = await paidBy(aftermath)
      const orders = await aftermath.system.sql('order', 'select id, status, total::float8 from orders')
      return orders.flatMap(({ id, status, total }) => {
        const { captured, refunded } = paid.get(id) ?? { captured: 0, refunded: 0 }
        const due = ['rejected', 'cancelled'].includes(status) ? 0 : total
        return captured - refunded === due
          ? []
          : [`order ${id} is ${status}: due ${due}, paid ${captured} - ${refunded}`]
      })
    },
  },
  ...bookChecks,
]
