import { expect, test } from 'vitest'
import { newCustomer, place } from './shop.ts'
import { system } from './system.ts'

test('an order is followed live through the gateway, from its first move to its arrival', async () => {
  const customer = await newCustomer()
  const { body: order } = await place(customer)
  const answer = await fetch(`${system.gatewayUrl}/api/v1/orders/${order.id}/events`, {
    headers: { authorization: `Bearer ${customer.token}` },
    signal: AbortSignal.timeout(60_000),
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes('"status":"delivered"')) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    if (done) throw new Error(`the stream has ended: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  await reader?.cancel()
  const moves = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data).status)
  expect(moves).toEqual(['pending', 'confirmed', 'picking', 'shipped', 'delivered'])
})
