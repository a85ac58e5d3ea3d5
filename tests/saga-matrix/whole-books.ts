import type { RunningSystem } from './running-system.ts'

const comparisons: readonly (readonly [service: string, what: string, sql: string])[] = [
  [
    'inventory',
    'reserved of a shelf is not what reservations hold',
    `with held as (
       select line->>'sku' as sku, (line->>'warehouseId')::uuid as warehouse_id, sum((line->>'quantity')::bigint) as units
         from reservations, jsonb_array_elements(outstanding) as line where status <> 'released' group by 1, 2
     )
     select s.sku, s.reserved, h.units from stock s left join held h using (sku, warehouse_id)
      where s.reserved <> coalesce(h.units, 0)`,
  ],
  [
    'inventory',
    'on hand of a shelf is not the sum of its movements',
    `select s.sku, s.on_hand, sum(m.delta) from stock s left join stock_movements m using (sku, warehouse_id)
      group by s.sku, s.warehouse_id, s.on_hand having s.on_hand <> coalesce(sum(m.delta), 0)`,
  ],
  [
    'pricing',
    'uses of a promotion are not those counted',
    `select p.name, p.uses, count(u.order_id) from promotions p left join coupon_uses u on u.promotion_id = p.id
      group by p.id, p.name, p.uses having p.uses <> count(u.order_id)`,
  ],
  [
    'payment',
    'the ledger is not what was captured and given back',
    `select captured, refunded, in_ledger from
       (select sum(captured) as captured, sum(refunded) as refunded from payments) p,
       (select coalesce(sum(abs(amount)), 0) / 2 as in_ledger from ledger_entries) l
      where captured + refunded <> in_ledger`,
  ],
  [
    'payment',
    'the provider has charged for an unknown payment',
    `select key from sandbox_charges c
      where state = 'captured' and not exists (select from payments where id::text = split_part(c.key, '/', 1))`,
  ],
  ['order', 'a saga is stuck', `select id, reason from sagas where state = 'stuck'`],
]

interface Reconciliation {
  readonly differences: readonly object[]
  readonly isTruncated: boolean
  readonly isCaughtUp: boolean
  readonly compared: Readonly<Record<string, number>>
  readonly leftOut: {
    readonly services: readonly string[]
    readonly ordersUnderWay: number
    readonly ordersStuck: number
  }
}

/** Has the product compare all books by its own command; what it finds, or could not look at. */
export async function reconcile(system: RunningSystem): Promise<string[]> {
  const text = await system.stoa('reconcile', '--json').catch((error: { readonly stdout?: string }) => {
    // It ends with 1 when it has found something.
    if (error.stdout?.startsWith('{') === true) return error.stdout
    throw error
  })
  const { differences, isTruncated, isCaughtUp, compared, leftOut } = JSON.parse(text) as Reconciliation
  const { services, ordersUnderWay, ordersStuck } = leftOut
  const isWhole = services.length + ordersUnderWay + ordersStuck === 0 && isCaughtUp && !isTruncated
  return [
    ...differences.map((difference) => `reconciliation: ${JSON.stringify(difference)}`),
    ...(isWhole ? [] : [`reconciliation left something out: ${text}`]),
    ...((compared['orders'] ?? 0) > 0 ? [] : ['reconciliation compared no order']),
  ]
}

/** Where the books of the whole system disagree, once all is at rest; empty when all is well. */
export async function wholeDifferences(system: RunningSystem): Promise<string[]> {
  const found = await Promise.all(
    comparisons.map(async ([service, what, sql]) => {
      const { rows } = await system.database(service).query(sql)
      return rows.map((row) => `${what}: ${JSON.stringify(row)}`)
    }),
  )
  return found.flat()
}
