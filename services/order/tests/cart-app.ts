import { accessTable } from '@stoa/contracts/auth/roles'
import { productCreated } from '@stoa/contracts/inventory/events'
import type { OrderService } from '@stoa/contracts/order/service'
import { newId, systemClock } from '@stoa/kernel'
import { eventually, startTestService, type TestAnswer, type TestService } from '@stoa/testing'
import { expect } from 'vitest'
import { orderService } from '../src/service.ts'
import { findVariants } from '../src/store/variants.ts'
import { standIns, type StandIns } from './stand-ins.ts'

/** A customer, or a guest with the role of one. */
export interface Person {
  readonly subject: string
  readonly roles?: readonly string[]
}

/** Order with some products, whose clock can be moved. */
export interface CartApp {
  readonly service: TestService<OrderService>
  readonly others: StandIns
  readonly pass: (duration: Temporal.DurationLike) => void
  readonly knows: (sku: string, more?: object) => Promise<string>
}

export const newPerson = (...roles: string[]): Person => ({
  subject: newId(),
  ...(roles.length === 0 ? {} : { roles }),
})

export async function startCartApp(settings: Record<string, string> = {}): Promise<CartApp> {
  const others = standIns()
  let ahead = Temporal.Duration.from({ seconds: 0 })
  const clock = { now: () => systemClock.now().add(ahead) }
  const service = await startTestService(orderService, { access: accessTable, calls: others.calls, clock, settings })
  const knows = async (sku: string, more: object = {}) => {
    const productId = newId()
    const variants = [{ sku, name: `Tin of ${sku}`, weightGrams: 100 }]
    const product = { name: 'Tea', category: 'tea', tags: [], taxClass: 'reduced', variants, ...more }
    await service.receive(productCreated, productId, { productId, version: 1, status: 'active', ...product })
    await eventually(async () => expect(await findVariants(service.database.read, [sku])).toHaveLength(1))
    return productId
  }
  for (const sku of ['TEA', 'CUP', 'POT']) await knows(sku)
  return { service, others, knows, pass: (duration) => void (ahead = ahead.add(duration)) }
}

export const address = { name: 'Ada', line1: 'Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

/** What a customer does with carts. */
export function cartsOf({ service }: Pick<CartApp, 'service'>, as: Person) {
  const request = (method: string, path: string, more: object = {}): Promise<TestAnswer> =>
    service.request(method, `/api/v1/carts${path}`, { as, ...more })
  return {
    open: (body: object = { region: 'DE' }) => request('POST', '', { body }),
    read: (id: string) => request('GET', `/${id}`),
    set: (id: string, quantities: Readonly<Record<string, number>>, headers: Record<string, string> = {}) =>
      request('PUT', `/${id}/items`, {
        headers,
        body: { items: Object.entries(quantities).map(([sku, quantity]) => ({ sku, quantity })) },
      }),
    remove: (id: string, version = '*') => request('DELETE', `/${id}`, { headers: { 'if-match': version } }),
    handOver: (id: string) => request('POST', `/${id}/handover`),
    merge: (id: string, token: string) => request('POST', `/${id}/merge`, { body: { token } }),
    checkOut: (id: string, more: object = {}, key: string = newId()) =>
      request('POST', `/${id}/checkout`, {
        key,
        headers: { prefer: 'wait=10' },
        body: { shippingAddress: address, paymentMethodId: newId(), ...more },
      }),
    request,
  }
}
