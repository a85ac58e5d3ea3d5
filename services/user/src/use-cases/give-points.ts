import type { Consumer, Tx } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { pointsFor, remainingPoints } from '../domain/loyalty.ts'
import { addEntry, findPurchase, insertPurchase, insertReturn, lockPoints } from '../store/loyalty.ts'

/** A completed order gives its points, once. */
export const givePoints = ({ clock }: Deps): Consumer<UserService, 'orderCompleted'> => ({
  async apply({ id: eventId, data }, tx) {
    const { orderId, customerId: userId, total } = data
    if (!(await lockPoints(tx, userId))) return
    if ((await findPurchase(tx, orderId)) !== undefined) return
    const points = pointsFor(total)
    const lines = data.lines.map(({ sku, quantity, total: { amount } }) => ({ sku, quantity, amount }))
    await insertPurchase(tx, { orderId, userId, points, lines })
    if (points === 0) return
    const at = clock.now()
    await addEntry(tx, { userId, orderId, kind: 'earned', points, eventId, at })
    await takeBack(tx, orderId, eventId, at)
  },
})

/** Goods that came back take their part of the order's points with them; before the order is completed it is noted. */
export const takePointsBack = ({ clock }: Deps): Consumer<UserService, 'orderReturned'> => ({
  async apply({ id: eventId, data }, tx) {
    if (!(await lockPoints(tx, data.customerId))) return
    const lines = data.lines.map(({ sku, quantity }) => ({ sku, quantity }))
    await insertReturn(tx, eventId, data.orderId, { isAll: data.all, lines })
    await takeBack(tx, data.orderId, eventId, clock.now())
  },
})

async function takeBack(tx: Tx<UserService>, orderId: string, eventId: string, at: Temporal.Instant): Promise<void> {
  const purchase = await findPurchase(tx, orderId)
  if (purchase === undefined) return
  const points = remainingPoints(purchase.points, purchase.lines, purchase.returns) - purchase.given
  if (points >= 0) return
  await addEntry(tx, { userId: purchase.userId, orderId, kind: 'returned', points, eventId, at })
}
