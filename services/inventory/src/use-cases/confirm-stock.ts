import type { Handler, RpcHandler, Tx } from '@stoa/contract'
import { inventoryConfirmed } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { decideConfirm } from '../domain/reservation.ts'
import { confirmHeld, findByOrder, lockByOrder } from '../store/reservations.ts'
import { findOrder } from './find-order.ts'

const tooLate = 'The reservation has been released.'

export const confirm =
  ({ clock }: Deps): RpcHandler<InventoryService, 'confirm'> =>
  async ({ input: { orderId }, commit, refuse }) =>
    commit(async (tx) => {
      const outcome = await confirmReservation(tx, orderId, clock.now())
      if (outcome === 'not_found')
        return refuse('inventory.reservation_not_found', `order ${orderId} has no reservation`)
      return outcome === 'ended' ? refuse('inventory.reservation_ended', tooLate) : {}
    })

export const confirmStock =
  ({ clock }: Deps): Handler<InventoryService, 'confirmStock'> =>
  async ({ body: { orderId }, calls, db, commit, refuse }) => {
    const none = () => refuse('inventory.reservation_not_found', `Order ${orderId} has no reservation.`)
    if ((await findByOrder(db, orderId)) === undefined) return none()
    const order = await findOrder(calls, orderId)
    const fields = [{ pointer: '/orderId', detail: 'unknown' }]
    if (order === 'none') return refuse('inventory.order_unknown', `The order ${orderId} does not exist.`, { fields })
    if (order === 'ended') return refuse('inventory.reservation_ended', 'The order has ended.')
    return commit(async (tx) => {
      const outcome = await confirmReservation(tx, orderId, clock.now())
      if (outcome === 'not_found') return none()
      if (outcome === 'ended') return refuse('inventory.reservation_ended', tooLate)
      return { status: 200, id: orderId }
    })
  }

async function confirmReservation(
  tx: Tx<InventoryService>,
  orderId: string,
  at: Temporal.Instant,
): Promise<'done' | 'ended' | 'not_found'> {
  const confirmed = await confirmHeld(tx, orderId, at)
  if (confirmed === undefined) {
    const found = await lockByOrder(tx, orderId)
    if (found === undefined) return 'not_found'
    return decideConfirm(found) === 'ended' ? 'ended' : 'done'
  }
  const { id, outstanding } = confirmed
  await tx.publish(inventoryConfirmed, id, { reservationId: id, orderId: confirmed.orderId, lines: [...outstanding] })
  return 'done'
}
