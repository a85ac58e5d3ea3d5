import { AmountSchema, closed, CurrencySchema, idSchema, InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import { pathName, Sku } from '../shared/sku.ts'

/** The id of a sale; the sale of an order has the id of the order. */
export const SaleId = idSchema('sale')
export type SaleId = Static<typeof SaleId>

/** How a sale was made: as an order of the shop, or at a point of sale. Values cannot be added: published events have them. */
export const Channel = Type.Enum(['online', 'pos'])
export type Channel = Static<typeof Channel>

const OrderChannel = Type.Optional(
  Type.Unsafe<SalesChannel>({
    ...SalesChannel,
    description: 'the channel of the order; missing at a point of sale, and if a release without channels recorded it',
  }),
)
/** Where a sale comes from. */
export const origin = { channel: Channel, orderChannel: OrderChannel }

/** The status of a sale. */
export const SaleStatus = Type.Enum(['completed', 'partially_returned', 'returned', 'voided'])
export type SaleStatus = Static<typeof SaleStatus>

/** Why a sale was voided or goods were returned. */
export const Reason = Type.Enum(['mistake', 'customer_request', 'damaged', 'other'])
export type Reason = Static<typeof Reason>

const Quantity = Type.Integer({ minimum: 1, maximum: 1_000 })

/** The name of a till. */
export const Till = pathName(40)

/** A line of a sale that is recorded at the point of sale; prices include tax. */
export const NewSaleLine = Type.Object(
  {
    sku: Sku,
    quantity: Quantity,
    unitPrice: AmountSchema,
    discount: Type.Optional(
      Type.Unsafe<Static<typeof AmountSchema>>({ ...AmountSchema, description: 'of the whole line' }),
    ),
  },
  closed,
)
export type NewSaleLine = Static<typeof NewSaleLine>

/** A quantity of a SKU that comes back. */
export const ReturnedLine = Type.Object({ sku: Sku, quantity: Quantity }, closed)
export type ReturnedLine = Static<typeof ReturnedLine>

/** A line of a sale. Sales of orders have no unit price: the total of a line includes the discounts of its order. */
export const SaleLine = Type.Object({
  sku: Sku,
  quantity: Type.Integer({ minimum: 1 }),
  unitPrice: Type.Optional(MoneySchema),
  discount: Type.Optional(MoneySchema),
  total: MoneySchema,
})
export type SaleLine = Static<typeof SaleLine>

/** A sale as it is now, or was at the requested time. */
export const Sale = Type.Object({
  id: SaleId,
  version: Type.Integer({ minimum: 1, description: 'number of its events' }),
  ...origin,
  status: SaleStatus,
  lines: Type.Array(SaleLine),
  shipping: { ...MoneySchema, description: 'what was paid beside the lines' },
  total: MoneySchema,
  returned: { ...MoneySchema, description: 'value of the returned goods' },
  net: { ...MoneySchema, description: 'the total without returned goods; zero if the sale is voided' },
  returnedLines: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1 }) })),
  orderNumber: Type.Optional(Type.String()),
  till: Type.Optional(Type.String()),
  customerId: Type.Optional(UserId),
  soldAt: InstantSchema,
  changedAt: InstantSchema,
})
export type Sale = Static<typeof Sale>

/** A sale in the list: without its lines. */
export const SaleSummary = Type.Pick(Sale, [
  'id',
  'version',
  'channel',
  'orderChannel',
  'status',
  'total',
  'returned',
  'net',
  'orderNumber',
  'till',
  'soldAt',
  'changedAt',
])
export type SaleSummary = Static<typeof SaleSummary>

/** An event of a sale, as it is stored. */
export const SaleHistoryEntry = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  type: Type.Enum(['sale-recorded', 'sale-voided', 'goods-returned']),
  recordedAt: InstantSchema,
  recordedBy: Type.Optional(
    Type.String({ description: 'the account that sent the command; missing if an order caused it' }),
  ),
  data: Type.Record(Type.String(), Type.Unknown()),
})
export type SaleHistoryEntry = Static<typeof SaleHistoryEntry>

/** A day of UTC. */
export const Day = Type.String({
  format: 'date',
  pattern: '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$',
  description: 'day in UTC',
})

/** The revenue of a period in one currency and channel. Voids and returns count on the day on which they are recorded. */
export const Revenue = Type.Object({
  period: Type.String({ description: 'the first day of the period' }),
  currency: CurrencySchema,
  channel: Channel,
  sales: Type.Integer({ minimum: 0 }),
  gross: MoneySchema,
  voided: MoneySchema,
  returned: MoneySchema,
  net: { ...MoneySchema, description: 'gross without voided and returned' },
})
export type Revenue = Static<typeof Revenue>

/** The revenue of a range of days, by period, currency and channel. */
export const RevenueReport = Type.Object({
  from: Day,
  to: Day,
  groupBy: Type.Enum(['day', 'month']),
  items: Type.Array(Revenue),
  asOf: { ...InstantSchema, description: 'every change that was committed before this time is included' },
  executionTimeMs: Type.Number({ minimum: 0 }),
})
export type RevenueReport = Static<typeof RevenueReport>

const sums = {
  sales: Type.Integer({ minimum: 0 }),
  gross: MoneySchema,
  voided: MoneySchema,
  returned: MoneySchema,
  net: { ...MoneySchema, description: 'gross without voided and returned' },
  averageSale: Type.Optional({ ...MoneySchema, description: 'gross by sale, rounded half up; missing without a sale' }),
}

/** The revenue of one currency in a part of a range. */
export const RevenuePart = Type.Object({
  from: Day,
  to: { ...Day, description: 'day in UTC, included' },
  channel: Type.Optional(Channel),
  orderChannel: OrderChannel,
  currency: CurrencySchema,
  ...sums,
})
export type RevenuePart = Static<typeof RevenuePart>

/** The revenue of a range of days: its parts, and its totals by currency. */
export const RevenueAnalysis = Type.Object({
  from: Day,
  to: Day,
  interval: Type.Enum(['day', 'week', 'month'], {
    description: 'weeks begin on Monday; the first and the last part end with the range',
  }),
  items: Type.Array(RevenuePart),
  totals: Type.Array(Type.Object({ currency: CurrencySchema, ...sums })),
  asOf: { ...InstantSchema, description: 'every change that was committed before this time is included' },
  executionTimeMs: Type.Number({ minimum: 0 }),
})
export type RevenueAnalysis = Static<typeof RevenueAnalysis>
