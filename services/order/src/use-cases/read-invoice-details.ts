import type { RpcHandler } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { compact, toRpcMoney } from '@stoa/kernel'
import { findOrder } from '../store/orders.ts'
import { findReturn } from '../store/returns.ts'

/** What an invoice states of an order. */
export const getInvoiceDetails: RpcHandler<OrderService, 'getInvoiceDetails'> = async ({ input, db, refuse }) => {
  const order = await findOrder(db, input.orderId)
  if (order === undefined) return refuse('order.not_found', `The order ${input.orderId} does not exist.`)
  const { id, number, customerId, items, shipping, tax, total, shippingAddress } = order.resource
  return {
    orderId: id,
    number,
    customerId,
    lines: items.map((item) => ({
      sku: item.sku,
      name: item.name,
      quantity: item.quantity,
      discount: toRpcMoney(item.discount),
      tax: toRpcMoney(item.tax),
      total: toRpcMoney(item.total),
      ...compact({ taxRateBasisPoints: item.taxRateBasisPoints }),
    })),
    shipping: toRpcMoney(shipping),
    tax: toRpcMoney(tax),
    total: toRpcMoney(total),
    address: compact(shippingAddress),
  }
}

/** The goods of a return that came back, whichever state they are in. */
export const getReturnedGoods: RpcHandler<OrderService, 'getReturnedGoods'> = async ({ input, db, refuse }) => {
  const found = await findReturn(db, input.returnId)
  if (found === undefined) return refuse('order.return_not_found', `The return ${input.returnId} does not exist.`)
  return { goods: found.received.map(({ sku, quantity }) => ({ sku, quantity })) }
}
