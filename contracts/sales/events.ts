import { event, MoneySchema } from '@stoa/contract'
import { Type } from 'typebox'
import { origin, SaleId } from './resources.ts'

const Lines = Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1 }) }))

/** A sale was recorded in the ledger; that of an order has the id of the order. */
export const saleCreated = event(
  'sale.created',
  '1.1.0',
  Type.Object({ saleId: SaleId, ...origin, total: MoneySchema, lines: Lines }),
)
/** A sale was voided: nothing of it counts any more. */
export const saleVoided = event('sale.voided', '1.1.0', Type.Object({ saleId: SaleId, ...origin, amount: MoneySchema }))
/** Goods of a sale were returned; `amount` is their value. */
export const saleReturned = event(
  'sale.returned',
  '1.1.0',
  Type.Object({ saleId: SaleId, ...origin, amount: MoneySchema, lines: Lines, all: Type.Boolean() }),
)
