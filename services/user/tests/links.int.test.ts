import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUser, type UserApp } from './user-app.ts'

let app: UserApp
beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())

const linksOf = async (userId: string, type: string) =>
  (await app.eventsOf(userId)).filter((event) => event.type === type).map(({ data }) => data.linkId ?? '')
const nextLinkOf = async (userId: string, type: string, count = 1) => {
  await eventually(async () => expect(await linksOf(userId, type)).toHaveLength(count))
  return (await linksOf(userId, type)).at(-1) ?? ''
}
const tokenOf = async (linkId: string): Promise<string> => (await app.call('IssueLinkToken', { linkId })).body.token
const userOf = async ({ id, caller }: { id: string; caller: object }) =>
  (await app.ask('GET', `/api/v1/users/${id}`, { as: caller as never })).body
const post = (path: string, body: object) => app.ask('POST', `/api/v1/users/${path}`, { body })
const verification = 'user.email_verification_requested'
const reset = 'user.password_reset_requested'
const newPassword = 'another long phrase'

test('verifies an address with the link of its registration, once', async () => {
  const ada = await app.register()
  expect((await userOf(ada)).emailVerified).toBe(false)
  const token = await tokenOf(await nextLinkOf(ada.id, verification))
  expect((await post('verify-email', { token: 'a guess' })).body.code).toBe('user.token_invalid')
  expect((await post('reset-password', { token, newPassword })).body.code).toBe('user.token_invalid')
  expect((await post('verify-email', { token })).status).toBe(204)
  expect((await userOf(ada)).emailVerified).toBe(true)
  expect((await post('verify-email', { token })).body.code).toBe('user.token_invalid')
})

test('mails another link to verify at most once a minute, and none for an address that is verified', async () => {
  const ada = await app.register()
  const again = () => app.ask('POST', `/api/v1/users/${ada.id}/email-verification`, { as: ada.caller })
  await nextLinkOf(ada.id, verification)
  expect((await again()).status).toBe(202)
  app.advance(2)
  expect((await again()).status).toBe(202)
  const token = await tokenOf(await nextLinkOf(ada.id, verification, 2))
  await post('verify-email', { token })
  app.advance(2)
  expect((await again()).status).toBe(202)
  const [row] = await app.service.database.read.sql<{ count: number }>`
    select count(*)::int as count from links where user_id = ${ada.id}`
  expect(row?.count).toBe(2)
})

test('an address gets three links a day as asked for, then one each time the last has expired', async () => {
  const ada = await app.register()
  const forget = async () => {
    expect((await post('forgot-password', { email: ada.email })).status).toBe(202)
    const [row] = await app.service.database.read.sql<{ count: number }>`
      select count(*)::int as count from links where user_id = ${ada.id} and purpose = 'reset_password'`
    return row?.count
  }
  const counts: (number | undefined)[] = []
  for (let turn = 0; turn < 8; turn += 1) {
    counts.push(await forget())
    app.advance(2)
  }
  expect(counts).toEqual([1, 2, 3, 3, 3, 3, 3, 3])
  app.advance(30)
  expect([await forget(), await forget()]).toEqual([4, 4])
  app.advance(20)
  expect(await forget()).toBe(4)
  app.advance(24 * 60)
  expect(await forget()).toBe(5)
})

test('resets a forgotten password: the link works once, ends sessions, lifts the lock and proves the address', async () => {
  const ada = await app.register()
  await app.guess(ada.email, 6, '203.0.113.9')
  expect((await post('forgot-password', { email: ada.email.toUpperCase() })).status).toBe(202)
  const linkId = await nextLinkOf(ada.id, reset)
  const [token, other] = [await tokenOf(linkId), await tokenOf(linkId)]
  const asked = app.auth.log.length
  expect((await post('reset-password', { token, newPassword: '12345678' })).body.code).toBe('user.password_weak')
  expect((await post('reset-password', { token, newPassword })).status).toBe(204)
  expect(app.auth.log.slice(asked)).toEqual([`end ${ada.id} and API keys`])
  expect((await app.signIn(ada.email, newPassword, '203.0.113.9')).status).toBe(200)
  expect((await app.signIn(ada.email, ada.password)).status).toBe(401)
  expect((await userOf(ada)).emailVerified).toBe(true)
  for (const used of [token, other])
    expect((await post('reset-password', { token: used, newPassword })).body.code).toBe('user.token_invalid')
})

test('keeps API keys where that is wanted', async () => {
  const ada = await app.register()
  await post('forgot-password', { email: ada.email })
  const token = await tokenOf(await nextLinkOf(ada.id, reset))
  const asked = app.auth.log.length
  expect((await post('reset-password', { token, newPassword, keepApiKeys: true })).status).toBe(204)
  expect(app.auth.log.slice(asked)).toEqual([`end ${ada.id}`])
})

test('a link expires', async () => {
  const ada = await app.register()
  await post('forgot-password', { email: ada.email })
  const token = await tokenOf(await nextLinkOf(ada.id, reset))
  app.advance(31)
  expect((await post('reset-password', { token, newPassword })).body.code).toBe('user.token_invalid')
})

test('does the same for an address without an account, and mails nothing', async () => {
  const ada = await app.register()
  const nobody = `${newId()}@stoa.example`
  const responses = [
    await post('forgot-password', { email: nobody }),
    await post('forgot-password', { email: ada.email }),
  ]
  expect(responses.map(({ status, body }) => [status, body])).toEqual([
    [202, undefined],
    [202, undefined],
  ])
  await nextLinkOf(ada.id, reset)
  const rows = await app.service.database.read.sql<{ known: boolean }>`
    select user_id is not null as known from links where purpose = 'reset_password' order by created_at desc limit 2`
  expect(new Set(rows.map(({ known }) => known))).toEqual(new Set([false, true]))
  const again = await post('forgot-password', { email: nobody })
  expect(again.status).toBe(202)
})

test('accepts no one-time code while accounts have no second factor', async () => {
  const { email, password } = await app.register()
  const refused = await app.ask('POST', '/api/v1/users/authenticate', { body: { email, password, otp: '123456' } })
  expect([refused.status, refused.body.code]).toEqual([422, 'user.otp_unexpected'])
  expect((await app.ask('POST', '/api/v1/auth/authenticate', { body: { email, password } })).status).toBe(200)
})
