import type { Calls, Handler, Tx } from '@stoa/contract'
import { cartCreated } from '@stoa/contracts/order/cart-events'
import type { OrderService } from '@stoa/contracts/order/service'
import { defaultSalesChannel } from '@stoa/contracts/shared/sales-channel'
import { isAppError, isCurrency } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { forgetPrices, isOpen, type CartTerms } from '../domain/cart.ts'
import { findOpenCart, insertCart, lockOpenCart, saveContents, type StoredCart } from '../store/carts.ts'
import { publishContents } from './change-cart.ts'
import { refuseChannel } from './choose-channel.ts'
import { expireCart } from './expire-carts.ts'
import { readSurroundings, shown, type CartSurroundings } from './read-cart.ts'

type Body = Parameters<Handler<OrderService, 'createCart'>>[0]['body']

/** Opens a cart, or returns the one that is open with the region, currency and channel that were asked for. */
export const createCart =
  (deps: Deps): Handler<OrderService, 'createCart'> =>
  async ({ body, caller, db, calls, commit, refuse }) => {
    if (body.currency !== undefined && !isCurrency(body.currency)) {
      const fields = [{ pointer: '/currency', detail: 'is not a currency of ISO 4217' }]
      return refuse('request.invalid', 'The currency does not exist.', { fields })
    }
    const forbidden = refuseChannel(body.channel, caller)
    if (forbidden !== undefined) return refuse(forbidden)
    const now = deps.clock.now()
    const open = await findOpenCart(db, caller.subject)
    const kept = open !== undefined && isOpen(open, now) ? open : undefined
    const asked = await termsOf(calls, body, kept)
    const look = async (terms: CartTerms): Promise<Looked> => {
      const read = kept && withTerms(kept, terms)
      return { wanted: terms, read, surroundings: read && (await readSurroundings(deps, { db, calls }, read)) }
    }
    const seenFirst = await look(asked)
    const current = body.currency === undefined ? await currencyInstead(calls, seenFirst) : undefined
    const { wanted, read, surroundings } =
      current === undefined ? seenFirst : await look({ ...asked, currency: current })
    return commit(async (tx) => {
      const who = { customerId: caller.subject, isGuest: caller.roles.includes('guest') }
      const { cart, isNew } = await findOrInsert(deps, tx, { ...who, terms: wanted, now })
      if (isNew) return { status: 201, ...shown(cart, emptySurroundings, now), headers: locationOf(cart) }
      const changed = await applyTerms(deps, tx, cart, { terms: wanted, now })
      const isAsRead = read?.id === cart.id && read.version === cart.version
      const seen = isAsRead && surroundings !== undefined ? surroundings : unknownSurroundings
      return { status: 200, ...shown(changed, seen, now) }
    })
  }

/** An open cart with the terms of a request, and what it is then shown with. */
interface Looked {
  readonly wanted: CartTerms
  readonly read: StoredCart | undefined
  readonly surroundings: CartSurroundings | undefined
}

const emptySurroundings = { known: { state: 'current', prices: undefined }, offered: new Map() } as const
// changed by another request at the same time; the next read prices it
const unknownSurroundings = { known: { state: 'missing', prices: undefined }, offered: new Map() } as const

function locationOf({ id }: StoredCart) {
  return { location: `/api/v1/carts/${id}` }
}

const currencyTimeoutMs = 2_000

/** What a request asks for. Its currency is that of the open cart if neither region nor channel change, or else what pricing says of them. */
async function termsOf(
  calls: Calls<OrderService['calls']>,
  body: Body,
  cart: StoredCart | undefined,
): Promise<CartTerms> {
  const { region, channel = cart?.channel ?? defaultSalesChannel } = body
  if (body.currency !== undefined) return { region, channel, currency: body.currency }
  if (cart?.region === region && cart.channel === channel) return { region, channel, currency: cart.currency }
  // a cart is not opened rather than in a wrong currency
  const { currency } = await calls.pricing.findCurrency({ region, channel }, { timeoutMs: currencyTimeoutMs })
  return { region, channel, currency }
}

/** The currency of the region now, for a cart that has no current prices in its own: it may no longer be sold in. */
async function currencyInstead(
  calls: Calls<OrderService['calls']>,
  { wanted, read, surroundings }: Looked,
): Promise<string | undefined> {
  if (read === undefined || read.items.length === 0 || surroundings?.known.state === 'current') return undefined
  try {
    const { region, channel } = wanted
    const { currency } = await calls.pricing.findCurrency({ region, channel }, { timeoutMs: currencyTimeoutMs })
    return currency === wanted.currency ? undefined : currency
  } catch (error) {
    // then it has no prices because pricing is unavailable
    if (isAppError(error) && (error.kind === 'unavailable' || error.kind === 'timeout')) return undefined
    throw error
  }
}

/** The cart with the terms of a request; its prices are those of other terms, if the region or currency is new. */
function withTerms(cart: StoredCart, { region, currency, channel }: CartTerms): StoredCart {
  if (cart.region === region && cart.currency === currency)
    return cart.channel === channel ? cart : { ...cart, channel }
  return { ...cart, region, currency, channel, items: forgetPrices(cart.items), priced: undefined }
}

async function applyTerms(
  deps: Deps,
  tx: Tx<OrderService>,
  cart: StoredCart,
  { terms, now }: { readonly terms: CartTerms; readonly now: Temporal.Instant },
): Promise<StoredCart> {
  const wanted = withTerms(cart, terms)
  if (wanted === cart) return cart
  const saved = await saveContents(tx, cart.id, { ...wanted, at: now, expiresAt: deps.cartEnds(cart.isGuest, now) })
  await publishContents(tx, saved)
  return saved
}

interface Wanted {
  readonly customerId: string
  readonly isGuest: boolean
  readonly terms: CartTerms
  readonly now: Temporal.Instant
}

/** The open cart of a customer with its row locked, or a new one. */
async function findOrInsert(
  { newId, cartEnds }: Deps,
  tx: Tx<OrderService>,
  { customerId, isGuest, terms: { region, currency, channel }, now }: Wanted,
): Promise<{ readonly cart: StoredCart; readonly isNew: boolean }> {
  for (;;) {
    const known = await lockOpenCart(tx, customerId)
    if (known !== undefined && isOpen(known, now)) return { cart: known, isNew: false }
    if (known !== undefined) await expireCart(tx, known, now)
    const times = { at: now, expiresAt: cartEnds(isGuest, now) }
    const cart = await insertCart(tx, { id: newId(), customerId, isGuest, region, currency, channel, ...times })
    // two at once: the other has inserted one, and the next statement sees it
    if (cart === undefined) continue
    const who = { cartId: cart.id, customerId: cart.customerId, isGuest }
    await tx.publish(cartCreated, cart.id, { ...who, currency, region, channel })
    return { cart, isNew: true }
  }
}
