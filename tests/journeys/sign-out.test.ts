import { expect, test } from 'vitest'
import { ownAccount, withSecondFactor } from './second-factor.ts'
import { ask, eventually, newAccount, newCustomer, signIn } from './shop.ts'
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

test('a second factor that is switched on ends the sessions of before, and one that is reset all of them', async () => {
  const email = await newAccount()
  const before = await signIn(email)
  const { as } = await withSecondFactor(email)
  const statusOf = async (token: string) => (await ask('GET', '/api/v1/orders', { as: token })).status
  await eventually(async () => expect(await statusOf(before)).toBe(401))
  expect(await statusOf(as)).toBe(200)
  const admin = await signIn('admin@stoa.example')
  const path = `/api/v1/users/${ownAccount(as).id}/mfa`
  expect((await ask('DELETE', path, { as })).status).toBe(403)
  expect((await ask('DELETE', path, { as: admin })).status).toBe(204)
  await eventually(async () => expect(await statusOf(as)).toBe(401))
  expect(await statusOf(await signIn(email))).toBe(200)
})
