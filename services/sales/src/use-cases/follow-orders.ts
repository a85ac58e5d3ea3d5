import type { Consumer, Tx } from '@stoa/contract'
import type { SalesService } from '@stoa/contracts/sales/service'
import type { Outcome } from '@stoa/eventsourcing'
import type { Deps } from '../deps.ts'
import type { SaleCommand, SaleRefusal } from '../domain/decide-sale.ts'
import type { SaleEvent, SaleState } from '../domain/sale.ts'
import { toMilliseconds } from '../domain/time.ts'
import { insertBuyer } from '../store/buyers.ts'
import { record } from './record.ts'

/** An event of an order: what it has caused happened at its time, and is recorded now. */
interface Cause {
  readonly id: string
  readonly time: string
}

function follow(
  deps: Deps,
  tx: Tx<SalesService>,
  { id: commandId, time }: Cause,
  orderId: string,
  makeCommand: (at: string) => SaleCommand,
): Promise<Outcome<SaleState, SaleEvent, SaleRefusal>> {
  const command = makeCommand(toMilliseconds(Temporal.Instant.from(time)).toString())
  return record(deps, tx, { id: orderId, command, commandId, at: toMilliseconds(deps.clock.now()) })
}

/** Records the sale of an order under the id of the order, once. */
export const recordOrder = (deps: Deps): Consumer<SalesService, 'orderConfirmed'> => ({
  async apply(event, tx) {
    const { orderId, number, customerId, lines, total, channel: orderChannel } = event.data
    const order = { orderNumber: number, orderChannel, lines, total }
    await follow(deps, tx, event, orderId, (at) => ({ kind: 'record-order', at, ...order }))
    await insertBuyer(tx, orderId, customerId)
  },
})

/** Voids the sale of an order; an order that was cancelled before it was confirmed has none. */
export const voidOrder = (deps: Deps): Consumer<SalesService, 'orderCancelled'> => ({
  async apply(event, tx) {
    await follow(deps, tx, event, event.data.orderId, (at) => ({ kind: 'cancel-order', at }))
  },
})

/** Records the returned goods of an order. */
export const returnOrder = (deps: Deps): Consumer<SalesService, 'orderReturned'> => ({
  async apply(event, tx) {
    const { orderId, lines: came } = event.data
    const lines = came.map(({ sku, quantity }) => ({ sku, quantity }))
    const outcome = await follow(deps, tx, event, orderId, (at) => ({ kind: 'return-order', at, lines }))
    // its order was confirmed before the oldest event of the log
    if (outcome.kind === 'done' && outcome.version === 0)
      deps.logger.warn('goods of an order without a sale were returned', { orderId })
  },
})
