import { accessTable } from '@stoa/contracts/auth/roles'
import type { OrderService } from '@stoa/contracts/order/service'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderService } from '../src/service.ts'
import { standIns, type StandIns } from './stand-ins.ts'

let others: StandIns
let service: TestService<OrderService>

beforeAll(async () => {
  others = standIns()
  others.reviews()
  service = await startTestService(orderService, {
    access: accessTable,
    calls: others.calls,
    settings: { GUEST_REVIEW_MINUTES: '0.02' },
  })
})
afterAll(() => service.stop())

async function placeAs(roles: string[]) {
  const as = { subject: newId(), roles }
  const shippingAddress = { name: 'Ada', line1: 'Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
  const { body } = await service.request('POST', '/api/v1/orders', {
    as,
    key: newId(),
    body: { items: [{ sku: 'TEA', quantity: 2 }], shippingAddress, paymentMethodId: newId() },
    headers: { prefer: 'wait=10' },
  })
  expect(body.status).toBe('on_hold')
  return async () => (await service.request('GET', `/api/v1/orders/${body.id}`, { as })).body
}

test('the order of a guest in review is rejected after its time, and its stock released; that of an account waits', async () => {
  const ofCustomer = await placeAs(['customer'])
  const ofGuest = await placeAs(['guest'])
  await eventually(async () =>
    expect(await ofGuest()).toMatchObject({ status: 'rejected', reason: 'payment.review_timeout' }),
  )
  expect(others.log.filter((call) => ['release', 'refund', 'releaseQuote'].includes(call))).toEqual([
    'refund',
    'release',
    'releaseQuote',
  ])
  expect((await ofCustomer()).status).toBe('on_hold')
})
