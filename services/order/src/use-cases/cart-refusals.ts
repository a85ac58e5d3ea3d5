import type { Refusal } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { isOpen } from '../domain/cart.ts'
import type { StoredCart } from '../store/carts.ts'

type CartRefusal = Refusal<OrderService, 'deleteCart'>

/** A cart that was read, if the caller can change it; why not, otherwise. */
export function changeable(
  cart: StoredCart | undefined,
  id: string,
  { mayReach, now }: { readonly mayReach: (ownerId: string) => boolean; readonly now: Temporal.Instant },
): StoredCart | CartRefusal {
  if (cart === undefined || !mayReach(cart.customerId))
    return { code: 'order.cart_not_found', detail: `The cart ${id} does not exist.` }
  if (cart.orderId !== undefined)
    return { code: 'order.cart_ordered', detail: `The cart has become the order ${cart.orderId}.` }
  if (cart.mergedInto !== undefined)
    return { code: 'order.cart_closed', detail: `The cart was merged into the cart ${cart.mergedInto}.` }
  return isOpen(cart, now) ? cart : { code: 'order.cart_closed', detail: 'The cart has expired.' }
}
