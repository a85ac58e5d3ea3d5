import type { StarTable } from './star-table.ts'

const moneyType = `{"amount": "BIGINT", "currency": "VARCHAR"}`
const lineType = `[{"sku": "VARCHAR", "quantity": "BIGINT", "total": ${moneyType}, "tax": ${moneyType}, "discount": ${moneyType}, "priceList": "VARCHAR"}]`

/**
 * What was sold, a row for each line of an order. What an order costs beside its lines is a line of the kind `shipping`, so the lines of an
 * order add up to its total. Amounts are in minor units and include the tax. Tax, discount, channel and kind of payment method are null where the
 * events are of older releases; an order without a payment has neither provider nor kind. Cost is
 * that of the units by the unit cost that was set last when the order was placed; null without one, or in another currency.
 */
export const factSales: StarTable = {
  name: 'fact_sales',
  columns: {
    order_id: 'string',
    order_number: 'string',
    line: 'integer',
    kind: 'string',
    sku: 'string',
    day: 'date',
    placed_at: 'timestamp',
    currency: 'string',
    status: 'string',
    is_confirmed: 'boolean',
    country: 'string',
    region: 'string',
    channel: 'string',
    price_list: 'string',
    payment_provider: 'string',
    payment_method: 'string',
    quantity: 'long',
    amount: 'long',
    tax: 'long',
    discount: 'long',
    cost: 'long',
  },
  sql: (events) => `
    with steps as (
      -- the log has an event twice after its database and that of a service were restored to different times
      select subject as order_id, type, happened_at, seq, data from ${events} as events where type like 'order.%'
      qualify row_number() over (partition by id order by seq) = 1
    ),
    placed as (
      select order_id, happened_at as placed_at, data ->> '$.number' as order_number,
        (data ->> '$.total.amount')::bigint as total, data ->> '$.total.currency' as currency,
        (data ->> '$.tax.amount')::bigint as order_tax, data ->> '$.country' as country, data ->> '$.region' as region,
        data ->> '$.channel' as channel,
        from_json(data -> '$.lines', '${lineType}') as lines
      from steps where type = 'order.created' qualify row_number() over (partition by order_id order by seq) = 1
    ),
    latest as (
      select order_id, arg_max(case
          when type = 'order.created' then 'placed'
          when type = 'order.returned' and (data ->> '$.all') = 'false' then 'partially_returned'
          else replace(type, 'order.', '')
        end, seq) as status, bool_or(type = 'order.confirmed') as is_confirmed
      from steps group by order_id
    ),
    paid as (
      -- an order has one payment
      select data ->> '$.orderId' as order_id, arg_max(data ->> '$.provider', seq) as payment_provider,
        arg_max(data ->> '$.methodKind', seq) as payment_method
      from ${events} as events where type in ('payment.initiated', 'payment.completed', 'payment.failed') group by 1
    ),
    costs as (
      select data ->> '$.sku' as cost_sku, happened_at as since, (data ->> '$.unitCost.amount')::bigint as unit_cost,
        data ->> '$.unitCost.currency' as cost_currency
      from ${events} as events where type = 'inventory.cost_changed'
      qualify row_number() over (partition by cost_sku, happened_at order by seq desc) = 1
    ),
    goods as (
      select order_id, unnest(range(1, len(lines) + 1)) as line, unnest(lines) as item from placed
    ),
    every as (
      select order_id, line::integer as line, 'goods' as kind, item.sku as sku, item.quantity as quantity,
        item.total.amount as amount, item.tax.amount as tax, item.discount.amount as discount, item.priceList as price_list
      from goods
      union all
      select order_id, 0, 'shipping', null, 0, total - coalesce(list_sum(list_transform(lines, lambda each: each.total.amount)), 0),
        order_tax - coalesce(list_sum(list_transform(lines, lambda each: each.tax.amount)), 0), order_tax * 0, null
      from placed
    )
    select order_id, order_number, line, kind, sku, (placed_at at time zone 'UTC')::date as day, placed_at, currency,
      status, is_confirmed, country, region, channel, price_list, payment_provider, payment_method, quantity, amount,
      tax, discount, case when cost_currency = currency then unit_cost * quantity end as cost
    from every join placed using (order_id) join latest using (order_id) left join paid using (order_id)
      asof left join costs on cost_sku = sku and placed_at >= since
    where kind = 'goods' or amount <> 0
    order by placed_at, order_id, line`,
}
