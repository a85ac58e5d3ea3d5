import type { OrderStatus, ShippingAddress } from '@stoa/contracts/order/resources'
import type { OrderId, PaymentMethodId, QuoteId, UserId } from '@stoa/contracts/shared/ids'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import type { Money } from '@stoa/kernel'

/** One line as it was priced. */
export interface OrderItem {
  readonly sku: string
  readonly name: string
  readonly quantity: number
  readonly unitPrice: Money
  /** The name of its price list; missing in an order that an older release has placed, or priced. */
  readonly priceList?: string
  readonly discount: Money
  readonly tax: Money
  /** Missing in an order that an older release has placed. */
  readonly taxRateBasisPoints?: number
  readonly total: Money
}

/** The sums of an order, as the quote gave them. */
export interface OrderSums {
  readonly subtotal: Money
  readonly discount: Money
  readonly tax: Money
  readonly shipping: Money
  readonly total: Money
}

/** An order that is to be placed. */
export interface PlacedOrder {
  readonly id: OrderId
  readonly customerId: UserId
  readonly channel: SalesChannel
  readonly quoteId: QuoteId
  /** Of an order that costs nothing there may be none. */
  readonly paymentMethodId: PaymentMethodId | undefined
  readonly items: readonly OrderItem[]
  readonly sums: OrderSums
  readonly shippingAddress: ShippingAddress
  readonly shippingMethod: string
}

/** What decisions on a stored order look at. */
export interface OrderState {
  readonly status: OrderStatus
  readonly isCancelling: boolean
  readonly isPicked: boolean
}

const moves: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'on_hold', 'cancelled', 'rejected'],
  on_hold: ['pending', 'cancelled', 'rejected'],
  confirmed: ['picking', 'cancelled'],
  picking: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: ['completed', 'partially_returned', 'returned'],
  completed: ['partially_returned', 'returned'],
  partially_returned: ['partially_returned', 'returned'],
  returned: [],
  cancelled: [],
  rejected: [],
}

/** Whether an order may go from one status to another. */
export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  return moves[from].includes(to)
}

/** How to cancel an order. */
export type CancelDecision = 'done' | 'mark' | 'mark_and_start' | 'already_shipped' | 'rejected'

/** Decides a cancellation: before the pivot the fulfilment saga compensates, after it a cancellation saga runs. */
export function decideCancel(order: OrderState): CancelDecision {
  switch (order.status) {
    case 'cancelled':
      return 'done'
    case 'pending':
    case 'on_hold':
      return 'mark'
    case 'confirmed':
    case 'picking':
      return 'mark_and_start'
    case 'rejected':
      return 'rejected'
    default:
      return 'already_shipped'
  }
}

/** The key of the saga that undoes an order, by the number of the cancellation from 1: each cancellation has its own saga. */
export function cancellationSagaKey(orderId: string, time: number): string {
  return time <= 1 ? orderId : `${orderId}.${time - 1}`
}

/** Returns whether picking may start; not for an order that is being cancelled. */
export function canBeginPicking(order: OrderState): boolean {
  return order.status === 'confirmed' && !order.isCancelling
}

/** Returns whether picking may be finished. */
export function canFinishPicking(order: OrderState): boolean {
  return order.status === 'picking' && !order.isPicked && !order.isCancelling
}

/** How the fulfilment of an order ends when it could not be confirmed. */
export function endWithoutConfirmation(
  order: OrderState,
  reason: string,
): { status: 'cancelled' | 'rejected'; reason: string } {
  return order.isCancelling ? { status: 'cancelled', reason: 'order.cancelled' } : { status: 'rejected', reason }
}
