import type { TaskHandler, Tx } from '@stoa/contract'
import { cartExpired } from '@stoa/contracts/order/cart-events'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Deps } from '../deps.ts'
import { closeAsExpired, deleteClosedCarts, lockExpiredCarts, type StoredCart } from '../store/carts.ts'
import { deletePriceChanges } from '../store/price-changes.ts'

/** Closes a locked cart whose time is over. */
export async function expireCart(tx: Tx<OrderService>, cart: StoredCart, at: Temporal.Instant): Promise<void> {
  const { id: cartId, customerId, channel, items } = cart
  await closeAsExpired(tx, cartId, at)
  const lines = items.map(({ sku, quantity }) => ({ sku, quantity }))
  await tx.publish(cartExpired, cartId, { cartId, customerId, channel, lines })
}

/** So many in a transaction that each is short. */
const batch = 200
// one run ends in time; the rest follows with the next
const mostBatches = 50
// longer than any quote holds
const keptPriceChangeHours = 24

/** Closes carts whose time is over, and deletes carts that were closed long ago. */
export const expireCartsTask =
  ({ clock, database, makeTx, closedCartDays }: Deps): TaskHandler<OrderService, 'expire-carts'> =>
  async ({ commit }) => {
    const now = clock.now()
    await inBatches(() =>
      database.transaction(async (handle) => {
        const tx = makeTx(handle)
        const carts = await lockExpiredCarts(tx, now, batch)
        for (const cart of carts) await expireCart(tx, cart, now)
        return carts.length
      }),
    )
    const closedBefore = now.subtract({ hours: 24 * closedCartDays })
    await inBatches(() => database.transaction((handle) => deleteClosedCarts(handle, closedBefore, batch)))
    await commit(async (tx) => deletePriceChanges(tx, now.subtract({ hours: keptPriceChangeHours })))
  }

async function inBatches(run: () => Promise<number>): Promise<void> {
  for (let count = 0; count < mostBatches; count += 1) if ((await run()) < batch) return
}
