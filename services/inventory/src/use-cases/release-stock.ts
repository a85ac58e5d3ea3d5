import type { Handler, RpcHandler, TaskHandler, Tx } from '@stoa/contract'
import { inventoryReleased } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { decideRelease } from '../domain/reservation.ts'
import {
  lockByKey,
  lockByOrder,
  limitHolds,
  lockExpired,
  markReleased,
  type StoredReservation,
} from '../store/reservations.ts'
import { unreserve } from '../store/stock.ts'
import { findOrder } from './find-order.ts'

const tooLate = 'Goods of the reservation have left the warehouse.'

/** Releases the stock of an order; as a compensation, only what the compensated call has reserved. */
export const release =
  ({ clock }: Deps): RpcHandler<InventoryService, 'release'> =>
  async ({ input: { orderId }, compensates, commit, refuse }) =>
    commit(async (tx) => {
      const found = compensates === undefined ? await lockByOrder(tx, orderId) : await lockByKey(tx, compensates)
      if (found === undefined) return {}
      const decision = decideRelease(found)
      if (decision === 'ended') return refuse('inventory.reservation_ended', tooLate)
      if (decision === 'release') await releaseAll(tx, [found], clock.now())
      return {}
    })

export const releaseStock =
  ({ clock }: Deps): Handler<InventoryService, 'releaseStock'> =>
  async ({ body: { orderId }, calls, commit, refuse }) => {
    const order = await findOrder(calls, orderId)
    return commit(async (tx) => {
      const found = await lockByOrder(tx, orderId)
      if (found === undefined) return refuse('inventory.reservation_not_found', `Order ${orderId} has no reservation.`)
      if (order === 'live') return refuse('inventory.belongs_to_order', 'The order of the reservation has not ended.')
      const decision = decideRelease(found)
      if (decision === 'ended') return refuse('inventory.reservation_ended', tooLate)
      if (decision === 'release') await releaseAll(tx, [found], clock.now())
      return { status: 200, id: orderId }
    })
  }

const expiredAtOnce = 200

/** Releases expired reservations of carts. */
export const expireReservationsTask =
  ({ clock }: Deps): TaskHandler<InventoryService, 'expire-reservations'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      const at = clock.now()
      await limitHolds(tx, at)
      const expired = await lockExpired(tx, at, expiredAtOnce)
      if (expired.length > 0) await releaseAll(tx, expired, at)
      if (expired.length === expiredAtOnce) await tx.enqueue('expire-reservations', {})
    })

/** Releases the stock of locked reservations, and publishes it. */
async function releaseAll(
  tx: Tx<InventoryService>,
  reservations: readonly StoredReservation[],
  at: Temporal.Instant,
): Promise<void> {
  const ids = reservations.map(({ id }) => id)
  const lines = reservations.flatMap(({ outstanding }) => outstanding)
  await Promise.all([markReleased(tx, ids, at), unreserve(tx, lines)])
  for (const { id, orderId, outstanding } of reservations) {
    await tx.publish(inventoryReleased, id, { reservationId: id, orderId, lines: [...outstanding] })
  }
}
