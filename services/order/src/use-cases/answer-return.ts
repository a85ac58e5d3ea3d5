import type { Handler, Tx } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Deps } from '../deps.ts'
import { decideApproval, decideRefusal } from '../domain/returns.ts'
import { lockOrder } from '../store/orders.ts'
import { answerReturn, getReturn, type StoredReturn } from '../store/returns.ts'

/** The return of this id behind the lock of its order's row. @throws AppError `order.return_not_found` */
export async function lockReturn(tx: Tx<OrderService>, id: string): Promise<StoredReturn> {
  const { orderId } = await getReturn(tx, id)
  await lockOrder(tx, orderId)
  return getReturn(tx, id)
}

export const approveReturn =
  ({ clock }: Deps): Handler<OrderService, 'approveReturn'> =>
  async ({ params: { id }, body, commit, refuse }) =>
    commit(async (tx) => {
      const found = await lockReturn(tx, id)
      const decision = decideApproval(found)
      if (decision === 'refuse')
        return refuse('order.return_move_not_allowed', `A return that is ${found.status} cannot be approved.`)
      if (decision === 'move') await answerReturn(tx, id, { to: 'approved', note: body?.note, at: clock.now() })
      return { status: 200, id }
    })

export const refuseReturn =
  ({ clock }: Deps): Handler<OrderService, 'refuseReturn'> =>
  async ({ params: { id }, body, commit, refuse }) =>
    commit(async (tx) => {
      const found = await lockReturn(tx, id)
      const decision = decideRefusal(found)
      if (decision === 'refuse')
        return refuse('order.return_move_not_allowed', `A return that is ${found.status} cannot be refused.`)
      if (decision === 'move') await answerReturn(tx, id, { to: 'refused', note: body.note, at: clock.now() })
      return { status: 200, id }
    })
