import type { Handler } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
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
  query: { status, customerId: wanted, limit = 50, cursor },
  caller,
  db,
}) => {
  const customerId = caller.can('order:read:any') ? wanted : caller.subject
  const beforeId = cursor === undefined ? undefined : decodeCursor(Type.String({ format: 'uuid' }), cursor)
  const found = await listStored(db, { customerId, status, beforeId, limit: limit + 1 })
  return { status: 200, body: pageOf(found, limit, (each) => each.id) }
}
