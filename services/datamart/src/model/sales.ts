import type { Dimension, MartColumn, Measure } from '@stoa/contracts/shared/mart-query'
import type { StarTableName } from '@stoa/contracts/etl/lake-layout'
import type { Columns } from '@stoa/lake'

/** Something that sales can be divided by. */
export interface DimensionModel {
  readonly type: 'text' | 'day' | 'integer'
  /** An expression over the tables `f` (the facts) and those that it needs. */
  readonly sql: string
  readonly needs?: Exclude<StarTableName, 'fact_sales'>
}

/** Something that is measured: an aggregate over the facts `f`. */
export interface MeasureModel {
  readonly type: Extract<MartColumn['type'], 'integer' | 'money'>
  readonly sql: string
}

/** How each table of dimensions is joined to the facts. */
export const joins: Readonly<Record<Exclude<StarTableName, 'fact_sales'>, string>> = {
  dim_date: 'left join dim_date as d on d.day = f.day',
  dim_product: 'left join dim_product as p on p.sku = f.sku',
}

/** The columns that a table of an older release of etl lacks. */
export const laterColumns: Readonly<Partial<Record<StarTableName, Columns>>> = {
  fact_sales: {
    country: 'string',
    region: 'string',
    channel: 'string',
    price_list: 'string',
    payment_provider: 'string',
    payment_method: 'string',
    tax: 'long',
    discount: 'long',
    cost: 'long',
  },
}

/** The dimensions of sales. */
export const dimensions: Readonly<Record<Dimension, DimensionModel>> = {
  day: { type: 'day', sql: 'f.day' },
  // 1 is Monday
  weekday: { type: 'integer', sql: 'd.weekday', needs: 'dim_date' },
  currency: { type: 'text', sql: 'f.currency' },
  sku: { type: 'text', sql: 'f.sku' },
  // what has no product in the catalogue has its SKU as name, and what is no product the kind of its line
  product: { type: 'text', sql: 'coalesce(p.product_name, f.sku, f.kind)', needs: 'dim_product' },
  category: { type: 'text', sql: 'p.category', needs: 'dim_product' },
  status: { type: 'text', sql: 'f.status' },
  kind: { type: 'text', sql: 'f.kind' },
  // where the goods go; unknown in orders of older releases
  country: { type: 'text', sql: 'f.country' },
  region: { type: 'text', sql: 'f.region' },
  // where the order comes from; unknown in orders of older releases
  channel: { type: 'text', sql: 'f.channel' },
  priceList: { type: 'text', sql: 'f.price_list' },
  // how it was paid, or tried to; the kind of method is unknown in payments of older releases
  paymentProvider: { type: 'text', sql: 'f.payment_provider' },
  paymentMethod: { type: 'text', sql: 'f.payment_method' },
}

/** A sum over confirmed orders. */
const confirmed = (amount: string): MeasureModel => ({
  type: 'money',
  sql: `coalesce(sum(${amount}) filter (where f.is_confirmed), 0)`,
})

/** The measures of sales. Revenue is that of orders that were ever confirmed, as in analytics; refunds are not subtracted. */
export const measures: Readonly<Record<Measure, MeasureModel>> = {
  orders: { type: 'integer', sql: 'count(distinct f.order_id)' },
  confirmedOrders: { type: 'integer', sql: 'count(distinct f.order_id) filter (where f.is_confirmed)' },
  units: { type: 'integer', sql: 'coalesce(sum(f.quantity) filter (where f.is_confirmed), 0)' },
  revenue: confirmed('f.amount'),
  tax: confirmed('f.tax'),
  netRevenue: confirmed('f.amount - f.tax'),
  discounts: confirmed('f.discount'),
  // of goods whose unit cost was set when they were ordered
  costOfSales: confirmed('f.cost'),
  grossMargin: confirmed('f.amount - f.tax - f.cost'),
  placedValue: { type: 'money', sql: 'coalesce(sum(f.amount), 0)' },
}
