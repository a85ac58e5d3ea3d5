import type { Handler } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { readPageById } from '@stoa/service'
import { findOrder } from '../store/orders.ts'
import { findReturn, listReturns as listStored, returnsOf } from '../store/returns.ts'

export const getReturn: Handler<OrderService, 'getReturn'> = async ({ params: { id }, db, refuse }) => {
  const found = await findReturn(db, id)
  if (found === undefined) return refuse('order.return_not_found', `The return ${id} does not exist.`)
  return { status: 200, body: found.resource, version: found.version }
}

export const listOrderReturns: Handler<OrderService, 'listOrderReturns'> = async ({ params: { id }, db, refuse }) => {
  const order = await findOrder(db, id)
  if (order === undefined) return refuse('order.not_found', `The order ${id} does not exist.`)
  const items = (await returnsOf(db, id)).map(({ resource }) => resource)
  return { status: 200, body: { orderId: order.resource.id, customerId: order.resource.customerId, items } }
}

export const listReturns: Handler<OrderService, 'listReturns'> = async ({
  query: { status, customerId: wanted, ...page },
  caller,
  db,
}) => {
  const customerId = caller.can('order:read:any') ? wanted : caller.subject
  const read = (beforeId: string | undefined, limit: number) => listStored(db, { customerId, status, beforeId, limit })
  return { status: 200, body: await readPageById(page, read) }
}
