import type { Handler } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Deps } from '../deps.ts'
import type { OrderSums } from '../domain/order.ts'
import { closeAsOrdered, findCart, lockCart } from '../store/carts.ts'
import { changeable } from './cart-refusals.ts'
import { publishState } from './change-cart.ts'
import { prepareOrder, writeOrder } from './place-order.ts'
import type { OrderRefusal } from './price-order.ts'

/**
 * Places an order of what a cart contains, as `placeOrder` does, and closes the cart in the same transaction: behind the lock of
 * its row, a cart becomes an order at most once.
 */
export const checkOutCart =
  (deps: Deps): Handler<OrderService, 'checkOutCart'> =>
  async ({ params: { id }, body, caller, calls, db, commit, refuse }) => {
    const { clock } = deps
    // an order is placed by its customer, also where others may change a cart
    const mayReach = (ownerId: string) => ownerId === caller.subject
    const read = changeable(await findCart(db, id), id, { mayReach, now: clock.now() })
    if ('code' in read) return refuse(read)
    if (read.items.length === 0) return refuse('order.cart_empty', 'The cart is empty.')
    const { country } = body.shippingAddress
    if (country !== read.region) {
      const detail = `the cart is priced for ${read.region}`
      return refuse(
        'order.cart_region_differs',
        `The cart is priced for ${read.region}, and the address is in ${country}.`,
        {
          fields: [{ pointer: '/shippingAddress/country', detail }],
        },
      )
    }
    const items = read.items.map(({ sku, quantity }) => ({ sku, quantity }))
    const { currency, channel } = read
    const order = await prepareOrder(deps, { db, calls, caller }, { channel, ...body, items, currency })
    if ('code' in order) return refuse(withoutLines(order))
    if (body.quoteId === undefined && isDearer(order.sums, read.priced?.prices.sums, body.shippingMethod !== undefined))
      return refuse('order.price_changed', 'The price has risen since the cart was last priced.')
    return commit(async (tx) => {
      const at = clock.now()
      const cart = changeable(await lockCart(tx, id), id, { mayReach, now: at })
      if ('code' in cart) return refuse(cart)
      if (cart.version !== read.version)
        return refuse('order.cart_changed', 'The cart was changed while it was checked out.')
      const { resource, version } = await writeOrder(tx, order, { caller, at })
      await closeAsOrdered(tx, id, order.id, at)
      await publishState(tx, cart, { status: 'ordered', orderId: order.id })
      return { status: 201, id: order.id, body: resource, version }
    })
  }

/** Whether an order costs more than its cart has shown; the shipping charge counts unless the request chooses a method. */
function isDearer(order: OrderSums, shown: OrderSums | undefined, choosesShipping: boolean): boolean {
  if (shown === undefined) return false
  const amountOf = ({ subtotal, discount, total }: OrderSums) =>
    choosesShipping ? subtotal.amount - discount.amount : total.amount
  return order.total.currency !== shown.total.currency || amountOf(order) > amountOf(shown)
}

/** A refusal without its pointers to lines, which stand in the cart and not in the body. */
function withoutLines({ fields = [], ...refusal }: OrderRefusal): OrderRefusal {
  return { ...refusal, fields: fields.filter(({ pointer }) => !pointer.startsWith('/items')) }
}
