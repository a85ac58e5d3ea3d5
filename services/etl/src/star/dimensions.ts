import type { StarTable } from './star-table.ts'

const variantType = `[{"sku": "VARCHAR", "name": "VARCHAR"}]`

/** The products that were ever sold or offered, a row for each SKU, as their last change left them. */
export const dimProduct: StarTable = {
  name: 'dim_product',
  columns: { sku: 'string', product_id: 'string', product_name: 'string', variant_name: 'string', category: 'string' },
  sql: (events) => `
    with versions as (
      select data ->> '$.productId' as product_id, (data ->> '$.version')::bigint as version, data ->> '$.name' as product_name,
        data ->> '$.category' as category, unnest(from_json(data -> '$.variants', '${variantType}')) as variant
      from ${events} as events where type in ('product.created', 'product.updated')
    )
    select variant.sku as sku, product_id, product_name, variant.name as variant_name, category
    from versions qualify row_number() over (partition by variant.sku order by version desc, product_id desc) = 1
    order by sku`,
}

/** The days from the first event to the last (UTC). */
export const dimDate: StarTable = {
  name: 'dim_date',
  columns: { day: 'date', year: 'integer', quarter: 'integer', month: 'integer', week: 'integer', weekday: 'integer' },
  sql: (events) => `
    select day, year(day) as year, quarter(day) as quarter, month(day) as month, week(day) as week, isodow(day) as weekday
    from (
      select unnest(generate_series(min(day)::timestamp, max(day)::timestamp, interval 1 day))::date as day
      from ${events} as events
    ) order by day`,
}
