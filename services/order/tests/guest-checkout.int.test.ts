import { accessTable } from '@stoa/contracts/auth/roles'
import type { OrderService } from '@stoa/contracts/order/service'
import { newId } from '@stoa/kernel'
import { startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderService } from '../src/service.ts'
import { standIns } from './stand-ins.ts'

const flags = { 'guest-checkout': true }
let service: TestService<OrderService>
beforeAll(async () => {
  service = await startTestService(orderService, { access: accessTable, calls: standIns().calls, flags })
})
afterAll(() => service.stop())

const shippingAddress = { name: 'Ada', line1: 'Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

function place(as: { subject: string; roles: string[] }, key: string = newId()) {
  const body = { items: [{ sku: 'TEA', quantity: 2 }], shippingAddress, paymentMethodId: newId() }
  return service.request('POST', '/api/v1/orders', { as, key, body })
}

test('guests place orders unless the flag excludes them; accounts always do', async () => {
  const [guest, customer] = [
    { subject: newId(), roles: ['guest'] },
    { subject: newId(), roles: ['customer'] },
  ]
  expect((await place(guest)).status).toBe(201)
  flags['guest-checkout'] = false
  const refused = await place(guest)
  expect([refused.status, refused.body.code]).toEqual([403, 'order.guests_excluded'])
  expect((await place(customer)).status).toBe(201)
  flags['guest-checkout'] = true
  expect((await place(guest)).status).toBe(201)
})

test('an order that a guest has placed is returned for its key after guests are excluded', async () => {
  const guest = { subject: newId(), roles: ['guest'] }
  const key = newId()
  const body = { items: [{ sku: 'TEA', quantity: 2 }], shippingAddress, paymentMethodId: newId() }
  const send = () => service.request('POST', '/api/v1/orders', { as: guest, key, body })
  const first = await send()
  flags['guest-checkout'] = false
  expect([first.status, (await send()).body.id]).toEqual([201, first.body.id])
  flags['guest-checkout'] = true
})
