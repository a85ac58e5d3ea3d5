import type { Caller, Handler, Page, ReadHandle, RpcHandler, StreamHandler } from '@stoa/contract'
import type { Order, TimelineEntry } from '@stoa/contracts/order/resources'
import type { OrderService } from '@stoa/contracts/order/service'
import { orderErrors } from '@stoa/contracts/order/errors'
import { catalogueError, toRpcMoney } from '@stoa/kernel'
import { readPageById } from '@stoa/service'
import { findCustomersWithOrders, findOrder, getOrder as getStored, listHistory, listOrders } from '../store/orders.ts'

export const getOrder: Handler<OrderService, 'getOrder'> = async ({ params, db, refuse }) => {
  const order = await findOrder(db, params.id)
  if (order === undefined) return refuse('order.not_found', `The order ${params.id} does not exist.`)
  return { status: 200, body: order.resource, version: order.version }
}

export const getTimeline: Handler<OrderService, 'getTimeline'> = async ({ params, db, refuse }) => {
  const order = await findOrder(db, params.id)
  if (order === undefined) return refuse('order.not_found', `The order ${params.id} does not exist.`)
  const history = await listHistory(db, params.id)
  const items = history.map(toEntry)
  return { status: 200, body: { orderId: order.resource.id, customerId: order.resource.customerId, items } }
}

type Move = Awaited<ReturnType<typeof listHistory>>[number]

function toEntry({ at, status, actor, reason }: Move): TimelineEntry {
  return { at: at.toString(), status, actor, ...(reason === null ? {} : { reason }) }
}

/** Sends every move of an order, those made already first, or after `Last-Event-ID`; it continues until the client leaves. */
export const followOrder: StreamHandler<OrderService, 'followOrder'> = async function* ({
  params: { id },
  caller,
  db,
  headers,
  follow,
}) {
  const order = await getStored(db, id)
  if (!caller.mayReach(order.resource.customerId))
    throw catalogueError(orderErrors, 'order.not_found', `The order ${id} does not exist.`)
  let after = Number(/^\d{1,15}$/.exec(headers['last-event-id'] ?? '')?.[0] ?? 0)
  for await (const moves of follow(id, () => listHistory(db, id))) {
    for (const move of moves) {
      if (move.position <= after) continue
      after = move.position
      yield { id: String(after), event: 'status', data: toEntry(move) }
    }
  }
}

interface Listing {
  readonly customerId?: string | undefined
  readonly channel?: string | undefined
  readonly status?: string | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

function page(db: ReadHandle, { customerId, channel, status, ...cut }: Listing): Promise<Page<Order>> {
  return readPageById(cut, (beforeId, limit) => listOrders(db, { customerId, channel, status, beforeId, limit }))
}

export const listAllOrders: Handler<OrderService, 'listOrders'> = async ({ query, caller, db }) => {
  const { customerId = ownOnly(caller) } = query
  // for callers who may read only their own orders, orders of others do not exist
  if (customerId !== undefined && !caller.mayReach(customerId)) return { status: 200, body: { items: [] } }
  return { status: 200, body: await page(db, { ...query, customerId }) }
}

function ownOnly(caller: Caller): string | undefined {
  return caller.can('order:read:any') ? undefined : caller.subject
}

export const listCustomerOrders: Handler<OrderService, 'listCustomerOrders'> = async ({ params, query, db }) => ({
  status: 200,
  body: await page(db, { ...query, customerId: params.customerId }),
})

export const listUserOrders: Handler<OrderService, 'listUserOrders'> = async ({ params, query, db }) => ({
  status: 200,
  body: await page(db, { ...query, customerId: params.userId }),
})

const mostCustomers = 1_000

/** Which of these customers have an order whose record has to be kept: one that is open, or that was once paid. */
export const listCustomersWithOrders: RpcHandler<OrderService, 'listCustomersWithOrders'> = async ({
  input: { customerIds },
  db,
}) => ({
  customerIds: await findCustomersWithOrders(db, customerIds.slice(0, mostCustomers)),
})

export const getSummary: RpcHandler<OrderService, 'getSummary'> = async ({ input, db, refuse }) => {
  const order = await findOrder(db, input.orderId)
  if (order === undefined) return refuse('order.not_found', `there is no order ${input.orderId}`)
  const { id, number, customerId, status, total } = order.resource
  return { orderId: id, number, customerId, status, total: toRpcMoney(total) }
}
