import { getOrder, getTimeline, listOrders } from '@stoa/contracts/order/http'
import { restClient } from '@stoa/rest'
import { appHeaders } from './session.ts'

/** The operations of order that the console uses. */
export const orders = restClient(
  { operations: { getOrder, getTimeline, listOrders } },
  { url: '', headers: appHeaders },
)

/** An order as its operation returns it. */
export type ShownOrder = Awaited<ReturnType<typeof orders.getOrder>>['body']
