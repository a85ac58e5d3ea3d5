import { hash } from 'node:crypto'
import type { Calls, Handler, ReadHandle } from '@stoa/contract'
import type { Cart } from '@stoa/contracts/order/carts'
import type { OrderService } from '@stoa/contracts/order/service'
import { canonicalJson } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { isOpen } from '../domain/cart.ts'
import { showCart, type KnownPrices, type Offered } from '../domain/cart-view.ts'
import { findCart, type StoredCart } from '../store/carts.ts'
import { findValidPrices, itemsForSale, priceBasket, readOffered } from './price-cart.ts'

interface Reading {
  readonly db: ReadHandle
  readonly calls: Calls<OrderService['calls']>
}

/** What a cart is shown with. */
export interface CartSurroundings {
  readonly known: KnownPrices
  readonly offered: ReadonlyMap<string, Offered>
}

/** Reads what a stored cart is shown with: its stored prices while they hold, or new ones. */
export async function readSurroundings(
  { clock }: Pick<Deps, 'clock'>,
  { db, calls }: Reading,
  cart: StoredCart,
): Promise<CartSurroundings> {
  const now = clock.now()
  const offered = await readOffered(db, cart.items)
  const last = cart.priced?.prices
  const lastKnown: KnownPrices = { state: last === undefined ? 'missing' : 'outdated', prices: last }
  if (!isOpen(cart, now)) return { known: lastKnown, offered }
  const items = itemsForSale(cart.items, offered)
  const valid = await findValidPrices(db, cart, items, now)
  if (valid !== undefined) return { known: { state: 'current', prices: valid.prices }, offered }
  const pricing = await priceBasket(calls, { ...cart, items }, now)
  const known: KnownPrices =
    pricing.kind === 'priced' ? { state: 'current', prices: pricing.priced?.prices } : lastKnown
  return { known, offered }
}

/** The body and the ETag of a cart. */
export interface ShownCart {
  readonly body: Cart
  readonly version: string
}

/** A stored cart as its customer sees it now. */
export function shown(cart: StoredCart, { known, offered }: CartSurroundings, now: Temporal.Instant): ShownCart {
  const body = showCart(cart, known, offered, now)
  // prices and names change by themselves; stored prices have another order of fields than fresh ones
  return {
    body,
    version: `${cart.version}-${hash('sha256', canonicalJson(JSON.parse(JSON.stringify(body))), 'base64url').slice(0, 12)}`,
  }
}

/** Returns the part of `If-Match` that names the last change by the customer; a new price is no reason to refuse one. */
export function writtenVersion(expectedVersion: string | undefined): string | undefined {
  return expectedVersion?.split('-')[0]
}

export const getCart =
  (deps: Deps): Handler<OrderService, 'getCart'> =>
  async ({ params, caller, db, calls, refuse }) => {
    const cart = await findCart(db, params.id)
    // before pricing is asked for what the caller may not see
    if (cart === undefined || !caller.mayReach(cart.customerId))
      return refuse('order.cart_not_found', `The cart ${params.id} does not exist.`)
    const surroundings = await readSurroundings(deps, { db, calls }, cart)
    return { status: 200, ...shown(cart, surroundings, deps.clock.now()) }
  }
