import type { DifferenceKind } from '@stoa/contracts/order/reconciliation'
import type { OrderStatus } from '@stoa/contracts/order/resources'
import type { Money } from '@stoa/kernel'

/** Units of a SKU. */
export interface Units {
  readonly sku: string
  readonly quantity: number
}

/** The record of order, as far as other services must agree with it. */
export interface OrderRecord {
  readonly id: string
  readonly number: string
  readonly status: OrderStatus
  readonly version: number
  readonly isCancelling: boolean
  readonly quoteId: string
  readonly total: Money
  readonly lines: readonly Units[]
  /** The refund for returned goods, in minor units of the currency of the total. */
  readonly refunded: number
  /** The undamaged returned units. */
  readonly returned: readonly Units[]
  /** Returns that were received and are not paid back: a saga does that. */
  readonly unpaidReturns: number
}

/** The record of payment; amounts are minor units of its currency. */
export interface PaymentRecord {
  readonly orderId: string
  readonly status: string
  readonly currency: string
  readonly captured: number
  readonly refunded: number
  /** Of the refunded, what the back office has given back, not a saga. */
  readonly refundedByHand: number
  /** Of the captured, what disputes hold or have taken back. */
  readonly disputed: number
  /** What the provider owes for it by the ledger. */
  readonly ledgerBalance: number
  /** All entries of the ledger for it. */
  readonly ledgerSum: number
}

/** The record of inventory. */
export interface ReservationRecord {
  readonly orderId: string
  readonly status: string
  readonly lines: readonly Units[]
  readonly returned: readonly Units[]
  /** Whether it belongs to a cart and expires automatically. */
  readonly expires: boolean
}

/** The record of shipping. */
export interface ShipmentRecord {
  readonly orderId: string
  readonly status: string
}

/** The record of pricing. */
export interface AcceptanceRecord {
  readonly orderId: string
  /** Undefined when coupons are used up for an order that has accepted no quote. */
  readonly quoteId: string | undefined
  readonly total: Money | undefined
  readonly isReleased: boolean
  readonly uses: number
}

/** A service whose records are compared with those of order. */
export type RecordKeeper = 'payment' | 'inventory' | 'shipping' | 'pricing'

/** The records of other services for one order, and the queried services; a missing record of another service is no difference. */
export interface OtherRecords {
  readonly asked: ReadonlySet<RecordKeeper>
  readonly payment?: PaymentRecord | undefined
  readonly reservation?: ReservationRecord | undefined
  readonly shipment?: ShipmentRecord | undefined
  readonly acceptance?: AcceptanceRecord | undefined
}

/** One difference. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly orderId?: string
  readonly orderNumber?: string
  /** What it is about when that is no order: a SKU and its warehouse, a promotion. */
  readonly subject?: string
  readonly expected: string
  readonly found: string
}
