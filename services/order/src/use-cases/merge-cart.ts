import { hash, randomBytes } from 'node:crypto'
import type { Calls, Handler, ReadHandle } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import type { CartId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { findExcess, isOpen, mergeItems, rememberPrices } from '../domain/cart.ts'
import {
  closeAsMerged,
  findCart,
  findHandedOver,
  lockCart,
  lockCarts,
  saveContents,
  saveHandover,
  type StoredCart,
} from '../store/carts.ts'
import { changeable } from './cart-refusals.ts'
import { publishContents, publishState } from './change-cart.ts'
import { itemsForSale, priceBasket, readOffered } from './price-cart.ts'
import { readSurroundings, shown } from './read-cart.ts'

const handoverMinutes = 15

/** Issues a token that hands a cart over: it proves that its owner agrees, and is stored as a hash only. */
export const handOverCart =
  ({ clock }: Deps): Handler<OrderService, 'handOverCart'> =>
  async ({ params: { id }, caller, commit, refuse }) => {
    const token = randomBytes(32).toString('base64url')
    return commit(async (tx) => {
      const now = clock.now()
      // only the owner gives a cart away, also where others may change it
      const mayReach = (ownerId: string) => ownerId === caller.subject
      const cart = changeable(await lockCart(tx, id), id, { mayReach, now })
      if ('code' in cart) return refuse(cart)
      const expiresAt = now.add({ minutes: handoverMinutes })
      await saveHandover(tx, id, { hash: hashOf(token), expiresAt })
      return { status: 201, body: { token, expiresAt: expiresAt.toString() } }
    })
  }

function hashOf(token: string): Uint8Array {
  return hash('sha256', token, 'buffer')
}

/**
 * Adds the lines of a handed-over cart to the caller's own and closes the other in one transaction, so that no line is lost or
 * doubled. Repeating it with the same token changes nothing.
 */
export const mergeCart =
  (deps: Deps): Handler<OrderService, 'mergeCart'> =>
  async ({ params: { id }, body: { token }, caller, calls, db, commit, refuse }) => {
    const { mayReach } = caller
    const read = changeable(await findCart(db, id), id, { mayReach, now: deps.clock.now() })
    if ('code' in read) return refuse(read)
    const tokenHash = hashOf(token)
    const other = await findUsable(deps, db, tokenHash, read.id)
    if (other === undefined) return refuse(invalidToken)
    const planned = await planMerge(deps, { db, calls }, read, other)
    return commit(async (tx) => {
      const now = deps.clock.now()
      await lockCarts(tx, [id, other.id])
      const cart = changeable(await findCart(tx, id), id, { mayReach, now })
      if ('code' in cart) return refuse(cart)
      const from = await findUsable(deps, tx, tokenHash, cart.id)
      if (from === undefined) return refuse(invalidToken)
      const isAsRead = cart.version === read.version && from.version === other.version
      const surroundings = isAsRead ? planned : unpriced
      if (from.mergedInto === cart.id) return { status: 200, ...shown(cart, surroundings, now) }
      const items = mergeItems(cart.items, from.items)
      const excess = findExcess(items)
      if (excess !== undefined) return refuse('order.cart_full', excess)
      const priced = isAsRead ? planned.priced : undefined
      const saved = await saveContents(tx, id, {
        ...cart,
        items: rememberPrices(items, priced?.prices),
        priced,
        at: now,
        expiresAt: deps.cartEnds(cart.isGuest, now),
      })
      await closeAsMerged(tx, from.id, id, now)
      await publishState(tx, from, { status: 'merged', mergedInto: cart.id })
      await publishContents(tx, saved)
      return { status: 200, ...shown(saved, surroundings, now) }
    })
  }

const invalidToken = {
  code: 'order.cart_token_invalid',
  detail: 'The token hands over no cart.',
  fields: [{ pointer: '/token', detail: 'is unknown, has expired or was used' }],
} as const

// changed by another request at the same time; the next read prices it
const unpriced = { known: { state: 'missing', prices: undefined }, offered: new Map() } as const

/** The cart that a token hands over, if it can be merged into this one, or was before. */
async function findUsable(
  { clock }: Deps,
  db: ReadHandle,
  tokenHash: Uint8Array,
  into: CartId,
): Promise<StoredCart | undefined> {
  const found = await findHandedOver(db, tokenHash)
  if (found === undefined) return undefined
  const { cart, handoverExpiresAt } = found
  const now = clock.now()
  if (cart.mergedInto === into) return cart
  const isValid = cart.id !== into && Temporal.Instant.compare(now, handoverExpiresAt) < 0
  return isValid && isOpen(cart, now) ? cart : undefined
}

/** Prices what a merge comes to. */
async function planMerge(
  deps: Deps,
  { db, calls }: { readonly db: ReadHandle; readonly calls: Calls<OrderService['calls']> },
  into: StoredCart,
  from: StoredCart,
) {
  if (from.mergedInto === into.id) return { ...(await readSurroundings(deps, { db, calls }, into)), priced: undefined }
  const items = mergeItems(into.items, from.items)
  const offered = await readOffered(db, items)
  const pricing = await priceBasket(calls, { ...into, items: itemsForSale(items, offered) }, deps.clock.now())
  const priced = pricing.kind === 'priced' ? pricing.priced : undefined
  const state = pricing.kind === 'priced' ? ('current' as const) : ('missing' as const)
  return { offered, known: { state, prices: priced?.prices }, priced }
}
