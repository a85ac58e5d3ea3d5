import { closed, nameText } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** What can be measured; amounts are in minor units. */
export const Measure = Type.Enum(
  [
    'orders',
    'confirmedOrders',
    'units',
    'revenue',
    'tax',
    'netRevenue',
    'discounts',
    'costOfSales',
    'grossMargin',
    'placedValue',
  ],
  {
    description:
      '`tax`, `netRevenue` and `discounts` leave out orders that a release before 1.1 of their events has placed; ' +
      '`costOfSales` and `grossMargin` (net revenue less cost) count only goods whose unit cost was set when they were ordered',
  },
)
export type Measure = Static<typeof Measure>

/** By what it can be divided and filtered. */
export const Dimension = Type.Enum([
  'day',
  'weekday',
  'currency',
  'sku',
  'product',
  'category',
  'status',
  'kind',
  'country',
  'region',
  'channel',
  'priceList',
  'paymentProvider',
  'paymentMethod',
])
export type Dimension = Static<typeof Dimension>

/** A day of a query. */
export const Day = Type.String({
  format: 'date',
  pattern: '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$',
  description: 'day in UTC',
})

const Filter = Type.Object(
  {
    dimension: Dimension,
    values: Type.Array(nameText(200), { minItems: 1, maxItems: 100, description: 'one of these' }),
  },
  closed,
)

/** What is asked of the star schema. */
export const MartQuery = Type.Object(
  {
    measures: Type.Array(Measure, { minItems: 1, maxItems: 10, uniqueItems: true }),
    dimensions: Type.Optional(Type.Array(Dimension, { maxItems: 6, uniqueItems: true })),
    timeGrain: Type.Optional(
      Type.Enum(['day', 'week', 'month', 'quarter', 'year'], {
        description: 'divides by period; its first day is the value',
      }),
    ),
    from: Type.Optional(Day),
    to: Type.Optional({ ...Day, description: 'day in UTC; does not belong to the period' }),
    filters: Type.Optional(Type.Array(Filter, { maxItems: 10 })),
    orderBy: Type.Optional(
      Type.Array(
        Type.Object(
          { by: Type.String({ pattern: '^[A-Za-z]{1,40}$' }), descending: Type.Optional(Type.Boolean()) },
          closed,
        ),
        { maxItems: 5, description: 'columns of the result, by name' },
      ),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 })),
  },
  closed,
)
export type MartQuery = Static<typeof MartQuery>

/** A column of a result. */
export const MartColumn = Type.Object({
  name: Type.String(),
  type: Type.Enum(['text', 'day', 'integer', 'money'], { description: 'money is in minor units' }),
})
export type MartColumn = Static<typeof MartColumn>

/** A value of a result. */
export const MartCell = Type.Union([Type.String(), Type.Integer(), Type.Null()])
export type MartCell = Static<typeof MartCell>

/** The most rows that another service may read of one query. */
export const mostBulkRows = 1_000_000

/** A query whose rows another service reads in portions. */
export const BulkQuery = Type.Object(
  {
    ...MartQuery.properties,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostBulkRows, default: mostBulkRows })),
  },
  closed,
)
export type BulkQuery = Static<typeof BulkQuery>
