import type { DifferenceKind } from '@stoa/contracts/order/reconciliation'
import type { OrderStatus } from '@stoa/contracts/order/resources'
import type { Money } from '@stoa/kernel'

/** Units of a SKU. */
export interface Units {
  readonly sku: string
  readonly quantity: number
}

/** What order says of an order, as far as others have to agree with it. */
export interface OrderBook {
  readonly id: string
  readonly number: string
  readonly status: OrderStatus
  readonly version: number
  readonly isCancelling: boolean
  readonly quoteId: string
  readonly total: Money
  readonly lines: readonly Units[]
  /** Given back for goods that came back; minor units of the total's currency. */
  readonly refunded: number
  /** What came back in order. */
  readonly returned: readonly Units[]
  /** Returns that were received and are not paid back: a saga does that. */
  readonly unpaidReturns: number
}

/** What payment says of it; amounts are minor units of its one currency. */
export interface PaymentBook {
  readonly orderId: string
  readonly status: string
  readonly currency: string
  readonly captured: number
  readonly refunded: number
  /** Of the refunded, what the back office has given back, not a saga. */
  readonly refundedByHand: number
  /** What the provider owes for it by the ledger. */
  readonly ledgerBalance: number
  /** All entries of the ledger for it. */
  readonly ledgerSum: number
}

/** What inventory says of it. */
export interface ReservationBook {
  readonly orderId: string
  readonly status: string
  readonly lines: readonly Units[]
  readonly returned: readonly Units[]
  /** Held in a cart: it ends by itself. */
  readonly expires: boolean
}

/** What shipping says of it. */
export interface ShipmentBook {
  readonly orderId: string
  readonly status: string
}

/** What pricing says of it. */
export interface AcceptanceBook {
  readonly orderId: string
  /** Undefined when coupons are used up for an order that has accepted no quote. */
  readonly quoteId: string | undefined
  readonly total: Money | undefined
  readonly isReleased: boolean
  readonly uses: number
}

/** A service whose books are compared with order's. */
export type BookKeeper = 'payment' | 'inventory' | 'shipping' | 'pricing'

/** What the others say of one order, and who was asked: who was not has nothing to answer for. */
export interface OtherBooks {
  readonly asked: ReadonlySet<BookKeeper>
  readonly payment?: PaymentBook | undefined
  readonly reservation?: ReservationBook | undefined
  readonly shipment?: ShipmentBook | undefined
  readonly acceptance?: AcceptanceBook | undefined
}

/** One thing that does not agree. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly orderId?: string
  readonly orderNumber?: string
  /** What it is about when that is no order: a SKU and its warehouse, a promotion. */
  readonly subject?: string
  readonly expected: string
  readonly found: string
}
