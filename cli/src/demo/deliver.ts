import { until, type Visit } from './visit.ts'

interface Shipment {
  readonly id: string
  readonly status: string
}

interface Items<Item> {
  readonly items: readonly Item[]
}

/**
 * Has staff pick an order and the sandbox carrier deliver it at once; answers whether it has arrived. What picking or
 * the carrier have done by themselves meanwhile is as good.
 */
export async function deliver(visit: Visit, orderId: string): Promise<boolean> {
  const { aside } = visit
  const as = await visit.staff()
  await until(
    visit,
    () => statusOf(visit, orderId),
    (status) => status !== 'pending',
  )
  await quietly(visit, 'PUT', `/api/v1/orders/${orderId}/status`, { status: 'picking' })
  await quietly(visit, 'POST', `/api/v1/orders/${orderId}/picked`)
  const path = `/api/v1/shipments?orderId=${orderId}`
  const found = await until(
    visit,
    async () => (await aside<Items<Shipment>>('GET', path, { as })).body?.items[0],
    ({ status }) => status !== 'planned',
  )
  if (found === undefined) return false
  for (const event of ['dispatched', 'delivered'])
    await quietly(visit, 'POST', `/api/v1/shipments/${found.id}/simulate`, { event })
  const status = await until(
    visit,
    () => statusOf(visit, orderId),
    (each) => each === 'delivered',
  )
  return status !== undefined
}

async function statusOf({ aside, staff }: Visit, orderId: string): Promise<string | undefined> {
  const { body } = await aside<{ status: string }>('GET', `/api/v1/orders/${orderId}`, { as: await staff() })
  return body?.status
}

/** Does what may have been done already, by a refusal that is not worth counting. */
async function quietly({ aside, staff }: Visit, method: string, path: string, body?: object): Promise<void> {
  const headers = method === 'PUT' ? { 'if-match': '*' } : {}
  await aside(method, path, { as: await staff(), headers, ...(body === undefined ? {} : { body }) })
}
