import { MAX_CART_LINES, MAX_CART_UNITS, type CartStatus } from '@stoa/contracts/order/carts'
import type { CartId, OrderId, QuoteId, UserId } from '@stoa/contracts/shared/ids'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import type { Money } from '@stoa/kernel'
import type { OrderItem, OrderSums } from './order.ts'

/** A line of a cart. */
export interface CartItem {
  readonly sku: string
  /** As it was when the line was added; used if the read copy does not know the SKU. */
  readonly name: string
  readonly quantity: number
  /** What a unit cost when the quantity was last set, if prices were known then. */
  readonly unitPrice?: Money
}

/** The prices of a cart, as one quote gave them. */
export interface CartPrices {
  readonly quoteId: QuoteId
  readonly expiresAt: string
  /** Only the lines that are for sale. */
  readonly lines: readonly OrderItem[]
  readonly sums: OrderSums
}

/** Where a cart is delivered to, what it is paid in, and where it comes from. */
export interface CartTerms {
  readonly region: string
  readonly currency: string
  readonly channel: SalesChannel
}

/** What decisions on a stored cart look at. */
export interface CartState extends CartTerms {
  readonly id: CartId
  readonly customerId: UserId
  readonly isGuest: boolean
  readonly status: CartStatus
  readonly items: readonly CartItem[]
  readonly orderId: OrderId | undefined
  readonly mergedInto: CartId | undefined
  readonly expiresAt: Temporal.Instant
  readonly version: number
}

/** Whether a cart can be changed. Its time may be over before the task that expires it has run. */
export function isOpen({ status, expiresAt }: Pick<CartState, 'status' | 'expiresAt'>, now: Temporal.Instant): boolean {
  return status === 'open' && Temporal.Instant.compare(now, expiresAt) < 0
}

/** The status of a cart at a time. */
export function statusAt(cart: Pick<CartState, 'status' | 'expiresAt'>, now: Temporal.Instant): CartStatus {
  return cart.status === 'open' && !isOpen(cart, now) ? 'expired' : cart.status
}

interface NewQuantity {
  readonly sku: string
  readonly quantity: number
}

/** Sets the quantities of some SKUs: lines keep their places, new ones come last, and 0 removes a line. */
export function setQuantities(
  items: readonly CartItem[],
  changes: readonly NewQuantity[],
  names: ReadonlyMap<string, string>,
): CartItem[] {
  const wanted = new Map(changes.map(({ sku, quantity }) => [sku, quantity]))
  const known = new Set(items.map(({ sku }) => sku))
  const kept = items.map((item) => {
    const quantity = wanted.get(item.sku)
    return quantity === undefined ? item : { sku: item.sku, name: names.get(item.sku) ?? item.name, quantity }
  })
  const added = changes
    .filter(({ sku }) => !known.has(sku))
    .map(({ sku, quantity }) => ({ sku, name: names.get(sku) ?? sku, quantity }))
  return [...kept, ...added].filter(({ quantity }) => quantity > 0)
}

/** Remembers the price of each line that has none yet: that of the quantity just set. */
export function rememberPrices(items: readonly CartItem[], prices: CartPrices | undefined): CartItem[] {
  const priced = new Map(prices?.lines.map(({ sku, unitPrice }) => [sku, unitPrice]))
  return items.map((item) => {
    const unitPrice = item.unitPrice ?? priced.get(item.sku)
    return unitPrice === undefined ? item : { ...item, unitPrice }
  })
}

/** The lines of two carts in one: units of the same SKU are added, and their new quantity has no remembered price. */
export function mergeItems(into: readonly CartItem[], from: readonly CartItem[]): CartItem[] {
  const sums = from.map(({ sku, name, quantity }) => {
    const known = into.find((item) => item.sku === sku)
    return { sku, name: known?.name ?? name, quantity: quantity + (known?.quantity ?? 0) }
  })
  const summed = new Map(sums.map((item) => [item.sku, item]))
  const added = sums.filter(({ sku }) => !into.some((item) => item.sku === sku))
  return [...into.map((item) => summed.get(item.sku) ?? item), ...added]
}

/** Forgets the remembered prices, which were those of another region or currency. */
export function forgetPrices(items: readonly CartItem[]): CartItem[] {
  return items.map(({ sku, name, quantity }) => ({ sku, name, quantity }))
}

/** Why these lines are more than a cart takes; undefined if they are not. */
export function findExcess(items: readonly CartItem[]): string | undefined {
  if (items.length > MAX_CART_LINES) return `A cart has at most ${MAX_CART_LINES} lines.`
  const item = items.find(({ quantity }) => quantity > MAX_CART_UNITS)
  return item && `A cart has at most ${MAX_CART_UNITS} units of ${item.sku}.`
}

/** The SKUs that are named more than once, as places in the list. */
export function findRepeated(changes: readonly NewQuantity[]): number[] {
  return changes.flatMap(({ sku }, index) => (changes.findIndex((other) => other.sku === sku) < index ? [index] : []))
}
