import type { Calls, Handler, ReadHandle, Refusal, Tx } from '@stoa/contract'
import { cartUpdated } from '@stoa/contracts/order/cart-events'
import type { SetQuantity } from '@stoa/contracts/order/carts'
import type { OrderService } from '@stoa/contracts/order/service'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { findExcess, findRepeated, rememberPrices, setQuantities } from '../domain/cart.ts'
import { deleteCart as deleteStored, findCart, lockCart, saveContents, type StoredCart } from '../store/carts.ts'
import { changeable } from './cart-refusals.ts'
import { loadNames } from './load-names.ts'
import { itemsForSale, priceBasket, readOffered, type Pricing } from './price-cart.ts'
import type { OrderRefusal } from './price-order.ts'
import { shown, writtenVersion, type CartSurroundings } from './read-cart.ts'

type ChangeRefusal = Refusal<OrderService, 'setCartItems'>

/** Publishes the lines of an open cart. */
export async function publishContents(tx: Tx<OrderService>, cart: StoredCart): Promise<void> {
  await publishState(tx, cart, { status: 'open' })
}

/** Publishes a change of the status of a cart, with its lines. */
export async function publishState(
  tx: Tx<OrderService>,
  { id: cartId, customerId, channel, items }: StoredCart,
  state: Pick<Parameters<typeof tx.publish<typeof cartUpdated>>[2], 'status' | 'orderId' | 'mergedInto'>,
): Promise<void> {
  const lines = items.map(({ sku, quantity }) => ({ sku, quantity }))
  await tx.publish(cartUpdated, cartId, { cartId, customerId, channel, lines, ...state })
}

/** Sets the quantities of SKUs, priced as the customer sees them from then on. */
export const setCartItems =
  (deps: Deps): Handler<OrderService, 'setCartItems'> =>
  async ({ params: { id }, body: { items: changes }, caller, calls, db, expectedVersion, commit, refuse }) => {
    const repeated = findRepeated(changes)
    if (repeated.length > 0) {
      const fields = repeated.map((place) => ({ pointer: `/items/${place}/sku`, detail: 'is named twice' }))
      return refuse('request.invalid', 'Each SKU is named once.', { fields })
    }
    const { mayReach } = caller
    const read = changeable(await findCart(db, id), id, { mayReach, now: deps.clock.now() })
    if ('code' in read) return refuse(read)
    const planned = await planChange(deps, { db, calls }, read, changes)
    if ('code' in planned) return refuse(planned)
    return commit(async (tx) => {
      const now = deps.clock.now()
      const cart = changeable(await lockCart(tx, id), id, { mayReach, now })
      if ('code' in cart) return refuse(cart)
      requireVersion(writtenVersion(expectedVersion), cart, 'cart')
      // changed since it was priced: both changes hold, and the next read prices them
      const isAsRead = cart.version === read.version
      const items = isAsRead ? planned.items : setQuantities(cart.items, changes, planned.names)
      const excess = findExcess(items)
      if (excess !== undefined) return refuse('order.cart_full', excess)
      const priced = isAsRead && planned.pricing.kind === 'priced' ? planned.pricing.priced : undefined
      const { region, currency, channel } = cart
      const contents = { region, currency, channel, items: rememberPrices(items, priced?.prices), priced }
      const saved = await saveContents(tx, id, { ...contents, at: now, expiresAt: deps.cartEnds(cart.isGuest, now) })
      await publishContents(tx, saved)
      const known = isAsRead && planned.pricing.kind === 'priced' ? 'current' : 'missing'
      return { status: 200, ...shown(saved, { ...planned, known: { state: known, prices: priced?.prices } }, now) }
    })
  }

interface PlannedChange extends Pick<CartSurroundings, 'offered'> {
  readonly names: ReadonlyMap<string, string>
  readonly items: StoredCart['items']
  readonly pricing: Pricing
}

/** Checks and prices a change of a cart as it was read. */
async function planChange(
  { clock }: Deps,
  { db, calls }: { readonly db: ReadHandle; readonly calls: Calls<OrderService['calls']> },
  cart: StoredCart,
  changes: readonly SetQuantity[],
): Promise<PlannedChange | ChangeRefusal> {
  const wanted = changes.filter(({ quantity }) => quantity > 0).map(({ sku }) => sku)
  const names = await loadNames(db, calls, wanted)
  const unknown = wanted.find((sku) => !names.has(sku))
  if (unknown !== undefined) return unknownSku(changes, unknown)
  const items = setQuantities(cart.items, changes, names)
  const excess = findExcess(items)
  if (excess !== undefined) return { code: 'order.cart_full', detail: excess }
  const offered = await readOffered(db, items)
  const pricing = await priceBasket(calls, { ...cart, items: itemsForSale(items, offered) }, clock.now())
  if (pricing.kind === 'priced') {
    const unsold = wanted.find((sku) => pricing.unsold.has(sku))
    if (unsold !== undefined) return unknownSku(changes, unsold)
  }
  // what only removes lines is never refused for the price of the others
  if (pricing.kind === 'refused' && wanted.length > 0) return inCart(pricing.refusal)
  return { names, items, offered, pricing }
}

function unknownSku(changes: readonly SetQuantity[], sku: string): ChangeRefusal {
  const pointer = `/items/${changes.findIndex((change) => change.sku === sku)}/sku`
  const fields = [{ pointer, detail: 'unknown or not for sale' }]
  return { code: 'order.unknown_sku', detail: `${sku} is unknown or not for sale.`, fields }
}

/** A refusal of pricing, without pointers: they point to the lines of the cart, and the body has others. */
function inCart({ code, detail }: OrderRefusal): ChangeRefusal {
  switch (code) {
    case 'order.unknown_sku':
    case 'order.quantity_invalid':
    case 'order.country_unserved':
      return { code, detail }
    default:
      throw new Error(`a cart was not priced: ${code}: ${detail}`)
  }
}

export const deleteCart =
  ({ clock }: Deps): Handler<OrderService, 'deleteCart'> =>
  async ({ params: { id }, caller, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const cart = changeable(await lockCart(tx, id), id, { mayReach: caller.mayReach, now: clock.now() })
      if ('code' in cart) return refuse(cart)
      requireVersion(writtenVersion(expectedVersion), cart, 'cart')
      await deleteStored(tx, id)
      await publishState(tx, cart, { status: 'deleted' })
      return { status: 204 }
    })
