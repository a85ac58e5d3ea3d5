import { expect, test } from 'vitest'
import { ask, eventually, newCustomer } from './shop.ts'
import { system } from './system.ts'

test('the token of a session that was ended opens nothing any more, through the gateway or at a service itself', async () => {
  const { token: as } = await newCustomer()
  expect((await ask('GET', '/api/v1/orders', { as })).status).toBe(200)
  expect((await ask('DELETE', '/api/v1/sessions', { as })).status).toBe(204)
  await eventually(async () => {
    const { status, body } = await ask('GET', '/api/v1/orders', { as })
    expect([status, body.code]).toEqual([401, 'auth.token_invalid'])
  })
  for (const order of system.serviceUrls['order'] ?? [])
    await eventually(async () => {
      const answer = await fetch(`${order}/api/v1/orders`, { headers: { authorization: `Bearer ${as}` } })
      expect(answer.status).toBe(401)
    })
})
