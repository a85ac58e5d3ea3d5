import { eachRow, type Asked, type Check } from './check.ts'

/** The read models of the ledger have caught up. */
export const readModelsSettle: Check<Asked> = eachRow(
  'every read model has every event',
  'sales',
  `select name, c.position - p.position as lag, error from projections p, event_counter c where p.position <> c.position`,
)

/** The ledger of sales, and its read models. */
export const salesChecks: readonly Check[] = [
  {
    fact: 'every confirmed order is one sale with its total, voided if the order was cancelled, and no other order is',
    async complaints({ system }) {
      const orders = await system.sql(
        'order',
        `select id, total, status from orders o where exists (
          select from order_status_history h where h.order_id = o.id and h.status = 'confirmed')`,
      )
      const sales = await system.sql(
        'sales',
        `select s.stream_id as id, s.data -> 'total' ->> 'amount' as total, v.position is not null as is_voided
          from stored_events s left join stored_events v on v.stream_id = s.stream_id and v.type = 'sale-voided'
          where s.type = 'sale-recorded' and s.data ->> 'channel' = 'online'`,
      )
      const expected = orders.map(({ id, total, status }) => `${id} ${total} ${status === 'cancelled'}`)
      const recorded = sales.map(({ id, total, is_voided: isVoided }) => `${id} ${total} ${isVoided}`)
      const missing = expected.filter((each) => !recorded.includes(each)).map((each) => `no sale of order ${each}`)
      return [
        ...missing,
        ...recorded.filter((each) => !expected.includes(each)).map((each) => `no order of sale ${each}`),
      ]
    },
  },
  eachRow(
    'the positions of stored events have no gaps, and no stream has one',
    'sales',
    `select 'all' as stream, max(position) - count(*) as missing from stored_events having max(position) <> count(*)
      union all select stream_id, max(version) - count(*) from stored_events group by 1 having max(version) <> count(*)`,
  ),
  readModelsSettle,
  eachRow(
    'the revenue is the sum of the sales',
    'sales',
    `with live as (select name, generation from projections where is_live),
      revenue as (
        select currency, channel, order_channel, sum(gross - voided - returned) as net, sum(sales) as sales
          from revenue_by_channel natural join live where name = 'revenue-by-channel' group by 1, 2, 3),
      listed as (
        select currency, channel, coalesce(order_channel, '') as order_channel, sum(net) as net, count(*) as sales
          from sale_list natural join live where name = 'sale-list' group by 1, 2, 3)
      select * from revenue r full join listed l using (currency, channel, order_channel)
       where r.net is distinct from l.net or r.sales is distinct from l.sales`,
  ),
]
