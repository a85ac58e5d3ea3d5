import type { Consumer } from '@stoa/contract'
import type { SalesService } from '@stoa/contracts/sales/service'
import type { Deps } from '../deps.ts'
import { insertBuyer } from '../store/buyers.ts'
import { record } from './record.ts'

/** Records the sale of an order under the id of the order, once. */
export const recordOrder = (deps: Deps): Consumer<SalesService, 'orderConfirmed'> => ({
  async apply({ id: commandId, time, data: { orderId, number, customerId, lines, total } }, tx) {
    const command = { kind: 'record-order', at: time, orderNumber: number, lines, total } as const
    await record(deps, tx, { id: orderId, command, commandId })
    if (!(await tx.isErased(customerId))) await insertBuyer(tx, orderId, customerId)
  },
})

/** Voids the sale of an order; an order that was cancelled before it was confirmed has none. */
export const voidOrder = (deps: Deps): Consumer<SalesService, 'orderCancelled'> => ({
  async apply({ id: commandId, time, data: { orderId } }, tx) {
    await record(deps, tx, { id: orderId, command: { kind: 'cancel-order', at: time }, commandId })
  },
})

/** Records the returned goods of an order. */
export const returnOrder = (deps: Deps): Consumer<SalesService, 'orderReturned'> => ({
  async apply({ id: commandId, time, data: { orderId, lines: came } }, tx) {
    const lines = came.map(({ sku, quantity }) => ({ sku, quantity }))
    const command = { kind: 'return-order', at: time, lines } as const
    const outcome = await record(deps, tx, { id: orderId, command, commandId })
    // its order was confirmed before the oldest event of the log
    if (outcome.kind === 'done' && outcome.version === 0)
      deps.logger.warn('goods of an order without a sale were returned', { orderId })
  },
})
