import type { Order } from '@stoa/contracts/order/resources'
import type { Api } from './gateway.ts'
import { until, type Visit } from './visit.ts'

/**
 * Has staff pick an order and the sandbox carrier deliver it at once; returns whether it has arrived. Steps that picking
 * or the carrier have already done by themselves are refused, which does no harm.
 */
export async function deliver(visit: Visit, orderId: Order['id']): Promise<boolean> {
  const { aside } = visit
  const as = await visit.staff()
  const params = { id: orderId }
  await until(
    visit,
    () => statusOf(visit, orderId),
    (status) => status !== 'pending',
  )
  await quietly(visit, (api) => api.setOrderStatus({ params, ifMatch: '*', body: { status: 'picking' } }))
  await quietly(visit, (api) => api.markPicked({ params }))
  const found = await until(
    visit,
    async () => (await aside(as, (api) => api.listShipments({ query: { orderId } })))?.items[0],
    ({ status }) => status !== 'planned',
  )
  if (found === undefined) return false
  for (const event of ['dispatched', 'delivered'] as const)
    await quietly(visit, (api) => api.simulateShipment({ params: { id: found.id }, body: { event } }))
  const status = await until(
    visit,
    () => statusOf(visit, orderId),
    (each) => each === 'delivered',
  )
  return status !== undefined
}

async function statusOf({ aside, staff }: Visit, id: Order['id']): Promise<Order['status'] | undefined> {
  return (await aside(await staff(), (api) => api.getOrder({ params: { id } })))?.status
}

/** Sends a request as staff that may be refused because its change has already happened; it is not counted. */
async function quietly({ aside, staff }: Visit, request: (api: Api) => Promise<{ readonly body: unknown }>) {
  await aside(await staff(), request)
}
