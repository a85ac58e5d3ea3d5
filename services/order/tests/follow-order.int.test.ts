import { accessTable } from '@stoa/contracts/auth/roles'
import type { OrderService } from '@stoa/contracts/order/service'
import { newId } from '@stoa/kernel'
import { asCaller, startTestService, type LocalCaller, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { orderService } from '../src/service.ts'
import { standIns, type StandIns } from './stand-ins.ts'

let others: StandIns
let service: TestService<OrderService>

beforeAll(async () => {
  others = standIns()
  service = await startTestService(orderService, { access: accessTable, calls: others.calls })
})
afterAll(() => service.stop())
beforeEach(() => others.reset())

const ada = { subject: newId() }

async function place(): Promise<string> {
  const shippingAddress = { name: 'Ada', line1: 'Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
  const { body } = await service.request('POST', '/api/v1/orders', {
    as: ada,
    key: newId(),
    body: { items: [{ sku: 'TEA', quantity: 2 }], shippingAddress, paymentMethodId: newId() },
    headers: { prefer: 'wait=10' },
  })
  return body.id
}

/** Opens the stream; `until` reads it up to the move to this status and answers the ids and statuses so far. */
async function follow(orderId: string, as: LocalCaller, lastEventId?: string) {
  const answer = await fetch(`${service.url}/api/v1/orders/${orderId}/events`, {
    headers: {
      authorization: asCaller(as),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    status: answer.status,
    close: () => reader?.cancel(),
    async until(status: string): Promise<[id: string, status: string][]> {
      while (!text.includes(`"status":"${status}"`)) {
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (done) throw new Error(`the stream has ended before ${status}: ${text}`)
        text += decoder.decode(value, { stream: true })
      }
      return [...text.matchAll(/id: (\d+)\nevent: status\ndata: (.*)\n\n/g)].map(([, id = '', data = '{}']) => [
        id,
        JSON.parse(data).status,
      ])
    },
  }
}

test('a follower of an order receives its earlier moves, and each new one as it is made', async () => {
  const orderId = await place()
  const stream = await follow(orderId, ada)
  expect((await stream.until('confirmed')).map(([, status]) => status)).toEqual(['pending', 'confirmed'])
  await service.request('POST', `/api/v1/orders/${orderId}/cancel`, { as: ada, body: {} })
  const moves = await stream.until('cancelled')
  expect(moves.map(([, status]) => status)).toEqual(['pending', 'confirmed', 'cancelled'])
  await stream.close()
  const again = await follow(orderId, ada, moves[1]?.[0])
  expect(await again.until('cancelled')).toEqual(moves.slice(2))
  await again.close()
})

test('an order is followed by its customer and by staff, and by nobody else', async () => {
  const orderId = await place()
  const statusFor = async (as: LocalCaller, id = orderId) => {
    const { status, close } = await follow(id, as)
    await close()
    return status
  }
  expect(await statusFor({ subject: newId() })).toBe(404)
  expect(await statusFor(ada, newId())).toBe(404)
  expect(await statusFor({ subject: newId(), roles: ['staff'] })).toBe(200)
  expect((await service.request('GET', `/api/v1/orders/${orderId}/events`)).status).toBe(401)
})
