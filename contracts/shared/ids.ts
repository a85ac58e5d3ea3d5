import { idSchema } from '@stoa/contract'
import type { Static } from 'typebox'

/** Ids that more than one service speaks of, branded by what they name. */
export const UserId = idSchema('user')
export const OrderId = idSchema('order')
export const CartId = idSchema('cart')
export const ProductId = idSchema('product')
export const QuoteId = idSchema('quote')
export const ReservationId = idSchema('reservation')
export const WarehouseId = idSchema('warehouse')
export const ReturnId = idSchema('return')
export const PaymentId = idSchema('payment')
export const PaymentMethodId = idSchema('payment-method')
export const RefundId = idSchema('refund')
export const DisputeId = idSchema('dispute')
export const ShipmentId = idSchema('shipment')
export const NotificationId = idSchema('notification')
export const InvoiceId = idSchema('invoice')

export type UserId = Static<typeof UserId>
export type OrderId = Static<typeof OrderId>
export type CartId = Static<typeof CartId>
export type ProductId = Static<typeof ProductId>
export type QuoteId = Static<typeof QuoteId>
export type ReservationId = Static<typeof ReservationId>
export type WarehouseId = Static<typeof WarehouseId>
export type ReturnId = Static<typeof ReturnId>
export type PaymentId = Static<typeof PaymentId>
export type PaymentMethodId = Static<typeof PaymentMethodId>
export type RefundId = Static<typeof RefundId>
export type DisputeId = Static<typeof DisputeId>
export type ShipmentId = Static<typeof ShipmentId>
export type NotificationId = Static<typeof NotificationId>
export type InvoiceId = Static<typeof InvoiceId>
