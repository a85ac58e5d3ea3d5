import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { admin, startUser, type UserApp } from './user-app.ts'

let app: UserApp

beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())
beforeEach(() => {
  app.auth.isAway = false
  app.auth.log.length = 0
})

const wrong = (times: number) => Array.from({ length: times }, () => 'user.credentials_wrong')
const outcomesOf = async (id: string) => {
  const { body } = await app.ask('GET', `/api/v1/users/${id}/authentications`, { as: admin })
  return body.items.map((attempt) => attempt.outcome)
}
/** Twenty wrong passwords from five places. */
const guessFromEverywhere = async (email: string) => {
  for (const net of [1, 2, 3, 4, 5]) expect(await app.guess(email, 4, `198.51.${net}.1`)).toEqual(wrong(4))
}
const unlockIdOf = async (userId: string) =>
  (await app.eventsOf(userId)).find(({ type }) => type === 'user.locked')?.data.unlockId

test('five wrong passwords lock the account for that range for 15 minutes, and only there', async () => {
  const { id, email, password } = await app.register()
  expect(await app.guess(email, 5)).toEqual(wrong(5))
  const { status, body, headers } = await app.signIn(email, password, '203.0.113.99')
  expect([status, body.code]).toEqual([429, 'user.locked'])
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(800)
  expect((await app.signIn(email, password, '203.0.114.7')).status).toBe(200)
  expect(await outcomesOf(id)).toEqual(['succeeded', 'locked', ...Array.from({ length: 5 }, () => 'wrong_password')])
  app.advance(16)
  expect((await app.signIn(email, password)).status).toBe(200)
})

test('wrong passwords count for 15 minutes', async () => {
  const { email, password } = await app.register()
  expect(await app.guess(email, 4)).toEqual(wrong(4))
  app.advance(16)
  expect(await app.guess(email, 1)).toEqual(wrong(1))
  expect((await app.signIn(email, password)).status).toBe(200)
})

test('an e-mail address without an account is answered and locked like one that has one', async () => {
  const { email } = await app.register()
  const nobody = `${newId()}@stoa.example`
  const answer = async (to: string) => {
    const { status, body } = await app.signIn(to, 'wrong')
    return [status, body.code, body.detail]
  }
  for (let turn = 0; turn < 6; turn += 1) expect(await answer(nobody)).toEqual(await answer(email))
  expect((await answer(nobody))[1]).toBe('user.locked')
})

test('of forty guesses at once no more than five are answered', async () => {
  const { email } = await app.register()
  const answers = await Promise.all(Array.from({ length: 40 }, (_, turn) => app.signIn(email, `wrong ${turn}`)))
  const codes = new Set(answers.map(({ body }) => body.code))
  expect(answers.filter(({ body }) => body.code === 'user.credentials_wrong')).toHaveLength(5)
  // a busy machine turns some away unchecked
  expect(
    [...codes].filter(
      (code) => !/^(user\.(credentials_wrong|locked)|.*(unavailable|deadline|timeout).*)$/.test(code ?? ''),
    ),
  ).toEqual([])
})

test('twenty sign-ins at once with the right password are all let in', async () => {
  const { email, password } = await app.register()
  // what a busy machine has no time for is not let in either, and comes again
  const letIn = () => eventually(async () => expect((await app.signIn(email, password)).status).toBe(200))
  const answers = await Promise.all(Array.from({ length: 20 }, () => app.signIn(email, password)))
  const late = answers.filter(({ status }) => status !== 200)
  expect(late.filter(({ status }) => status !== 504)).toEqual([])
  await Promise.all(late.map(letIn))
})

test('a right password begins the count of its range again, not that from anywhere', async () => {
  const { email, password } = await app.register()
  for (const round of [1, 2, 3, 4, 5]) {
    expect(await app.guess(email, 4)).toEqual(wrong(4))
    const { status } = await app.signIn(email, password)
    expect(status).toBe(round < 5 ? 200 : 429)
  }
})

test('twenty wrong passwords from anywhere lock the account until its link is used, once', async () => {
  const { id, email, password, caller } = await app.register()
  await guessFromEverywhere(email)
  expect((await app.signIn(email, password, '192.0.2.1')).body.code).toBe('user.locked')
  expect((await app.ask('GET', `/api/v1/users/${id}`, { as: caller })).body.status).toBe('locked')
  expect((await app.call('GetClaims', { userId: id })).status).toBe(200)
  const { body: issued } = await app.call('IssueLinkToken', { linkId: await unlockIdOf(id) })
  const { body: again } = await app.call('IssueLinkToken', { linkId: await unlockIdOf(id) })
  const rows = await app.service.database.read.sql`select t::text as text from link_tokens t`
  expect(JSON.stringify(rows)).not.toContain(issued.token)
  const unlock = (token: string) => app.ask('POST', '/api/v1/users/unlock', { body: { token } })
  expect((await unlock('a guess')).body.code).toBe('user.token_invalid')
  expect((await unlock(issued.token)).status).toBe(204)
  expect((await unlock(issued.token)).body.code).toBe('user.token_invalid')
  expect((await unlock(again.token)).body.code).toBe('user.token_invalid')
  expect((await app.signIn(email, password, '192.0.2.1')).status).toBe(200)
  const types = (await app.eventsOf(id))
    .filter(({ type }) => !type.includes('verification'))
    .map(({ type, data }) => `${type} ${data.status ?? ''}`.trim())
  expect(types).toEqual([
    'user.created',
    'user.locked',
    'user.updated locked',
    'user.updated active',
    'user.authenticated',
  ])
})

test('an unlock link is good for 24 hours, and so is the lock', async () => {
  const { id, email, password } = await app.register()
  await guessFromEverywhere(email)
  const { body } = await app.call('IssueLinkToken', { linkId: await unlockIdOf(id) })
  app.advance(24 * 60 + 1)
  const { body: problem } = await app.ask('POST', '/api/v1/users/unlock', { body: { token: body.token } })
  expect(problem.code).toBe('user.token_invalid')
  expect((await app.signIn(email, password)).status).toBe(200)
})

test("auth's sign-in page is held to the same lock-out", async () => {
  const { id, email, password } = await app.register()
  const verify = (secret: string) => app.call('VerifyPassword', { email, password: secret, address: '2001:db8::1' })
  expect((await verify(password)).body).toEqual({ userId: id, accountVersion: 1 })
  for (let turn = 0; turn < 5; turn += 1) expect((await verify('wrong')).status).toBe(401)
  expect((await verify(password)).status).toBe(429)
  expect(await outcomesOf(id)).toContain('locked')
  expect((await app.signIn(email, password, '2001:db8::77')).status).toBe(429)
})

test('a password is changed by who knows the old one, and the sessions end before the answer', async () => {
  const { id, email, password, caller } = await app.register()
  const change = (currentPassword: string, newPassword = 'another fine phrase') =>
    app.ask('POST', `/api/v1/users/${id}/password`, { as: caller, body: { currentPassword, newPassword } })
  expect((await change('wrong')).body.code).toBe('user.credentials_wrong')
  expect((await change(password, 'password123')).body.code).toBe('user.password_weak')
  expect((await change(password)).status).toBe(204)
  expect(app.auth.log).toEqual([`end ${id} and API keys`])
  expect((await app.signIn(email, password)).body.code).toBe('user.credentials_wrong')
  expect((await app.signIn(email, 'another fine phrase')).status).toBe(200)
})

test('guesses at the old password are held to the lock-out', async () => {
  const { id, caller } = await app.register()
  const body = { currentPassword: 'wrong', newPassword: 'another fine phrase' }
  const codes: string[] = []
  for (let turn = 0; turn < 6; turn += 1) {
    codes.push((await app.ask('POST', `/api/v1/users/${id}/password`, { as: caller, body })).body.code)
  }
  expect(codes).toEqual([...wrong(5), 'user.locked'])
})

test('a password is changed while auth is unavailable, and the sessions are still to end', async () => {
  const { id, email, password, caller } = await app.register()
  app.auth.isAway = true
  const body = { currentPassword: password, newPassword: 'another fine phrase' }
  expect((await app.ask('POST', `/api/v1/users/${id}/password`, { as: caller, body })).status).toBe(204)
  app.auth.isAway = false
  const [task] = await app.service.database.read.sql<{ payload: object }>`
    select payload from tasks where name = 'end-sessions' and state = 'pending' and payload ->> 'userId' = ${id}`
  expect(task?.payload).toEqual({ userId: id })
  expect((await app.signIn(email, 'another fine phrase')).status).toBe(200)
  await app.service.database.transaction((tx) => tx.sql`update tasks set run_at = now() where name = 'end-sessions'`)
  await eventually(() => expect(app.auth.log).toContain(`end ${id} and API keys`))
})

test('roles that are taken away end the sessions that carry them; roles that are added do not', async () => {
  const { id, caller } = await app.register()
  const path = `/api/v1/users/${id}/tier`
  const set = async (body: object) => {
    const { body: user } = await app.ask('GET', `/api/v1/users/${id}`, { as: admin })
    return app.ask('PUT', path, { as: admin, body, headers: { 'if-match': `"${user.version}"` } })
  }
  expect((await set({ tier: 'premium', roles: ['customer', 'staff'] })).body).toMatchObject({
    tier: 'premium',
    roles: ['customer', 'staff'],
  })
  expect((await set({ roles: ['service'] })).body.code).toBe('user.role_unknown')
  expect(
    (await app.ask('PUT', path, { as: caller, body: { tier: 'free' }, headers: { 'if-match': '"1"' } })).status,
  ).toBe(403)
  expect(app.auth.log).toEqual([])
  expect((await set({ roles: ['customer'] })).status).toBe(200)
  await eventually(() => expect(app.auth.log).toEqual([`end ${id}`]))
  expect((await app.call('GetClaims', { userId: id })).body).toMatchObject({ roles: ['customer'], tier: 'premium' })
})

test('what was put aside of ending sessions is found again, until auth has ended them', async () => {
  const { id, password, caller } = await app.register()
  const { database } = app.service
  app.auth.isAway = true
  const body = { currentPassword: password, newPassword: 'another fine phrase' }
  expect((await app.ask('POST', `/api/v1/users/${id}/password`, { as: caller, body })).status).toBe(204)
  await database.transaction(async (tx) => {
    await tx.sql`update tasks set state = 'failed' where name = 'end-sessions' and payload ->> 'userId' = ${id}`
    await tx.sql`update users set updated_at = updated_at - interval '2 minutes' where id = ${id}`
  })
  app.auth.isAway = false
  await app.run('find-sessions-to-end')
  await eventually(async () => {
    const [row] = await database.read.sql<{ due: number | null }>`
      select sessions_end_at_version as due from users where id = ${id}`
    expect(row?.due).toBeNull()
  })
  expect(app.auth.log).toEqual([`end ${id} and API keys`])
})
