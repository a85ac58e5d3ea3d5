import type { Cart } from '@stoa/contracts/order/carts'
import { compact } from '@stoa/kernel'
import { statusAt, type CartItem, type CartPrices, type CartState } from './cart.ts'

/** The prices of a cart as far as they are known. */
export interface KnownPrices {
  readonly state: Cart['prices']
  readonly prices: CartPrices | undefined
}

/** What a SKU of a cart is now. */
export interface Offered {
  readonly name: string
  readonly isForSale: boolean
}

interface Shown extends CartState {
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
}

/** A cart as its customer sees it. A SKU that is not among those offered is shown as it was added. */
export function showCart(
  cart: Shown,
  { state, prices }: KnownPrices,
  offered: ReadonlyMap<string, Offered>,
  now: Temporal.Instant,
): Cart {
  const isCurrent = state === 'current'
  return {
    id: cart.id,
    customerId: cart.customerId,
    status: statusAt(cart, now),
    region: cart.region,
    currency: cart.currency,
    channel: cart.channel,
    items: cart.items.map((item) => showItem(item, prices, offered.get(item.sku), isCurrent)),
    prices: state,
    ...compact({
      totals: prices && { ...prices.sums },
      quoteId: isCurrent ? prices?.quoteId : undefined,
      pricesValidUntil: isCurrent ? prices?.expiresAt : undefined,
      orderId: cart.orderId,
      mergedInto: cart.mergedInto,
    }),
    createdAt: cart.createdAt.toString(),
    updatedAt: cart.updatedAt.toString(),
    expiresAt: cart.expiresAt.toString(),
  }
}

function showItem(
  item: CartItem,
  prices: CartPrices | undefined,
  offered: Offered | undefined,
  isCurrent: boolean,
): Cart['items'][number] {
  const { sku, quantity } = item
  const line = prices?.lines.find((each) => each.sku === sku && each.quantity === quantity)
  // current prices leave out what pricing does not sell
  const isAvailable = offered?.isForSale !== false && (line !== undefined || !isCurrent)
  const shown = { sku, name: offered?.name ?? item.name, quantity, isAvailable }
  if (line === undefined || !isAvailable) return shown
  const { unitPrice, discount, tax, total } = line
  const hasChanged = item.unitPrice !== undefined && item.unitPrice.amount !== unitPrice.amount
  return { ...shown, unitPrice, discount, tax, total, ...(hasChanged ? { previousUnitPrice: item.unitPrice } : {}) }
}
