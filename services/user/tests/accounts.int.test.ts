import type { Tx } from '@stoa/contract'
import { MAX_ADDRESSES } from '@stoa/contracts/user/resources'
import { user, type UserService } from '@stoa/contracts/user/service'
import { newId, systemClock } from '@stoa/kernel'
import { txMaker } from '@stoa/service'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seedAccounts } from '../src/seed.ts'
import { admin, startUser, type UserApp } from './user-app.ts'

let app: UserApp

beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())
beforeEach(() => {
  app.auth.isAway = false
})

const address = { name: 'Ada', line1: 'Analytical Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
const addressesOf = (id: string) => `/api/v1/users/${id}/addresses`
const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })

test('an account is registered as a customer of the free tier, and told without personal data', async () => {
  const email = `${newId()}@stoa.example`
  const body = { email, password: 'a fine long phrase', name: 'Ada Lovelace', locale: 'de-DE' }
  const { status, body: user, headers } = await app.ask('POST', '/api/v1/users', { body })
  expect(status).toBe(201)
  expect(user).toMatchObject({ email, name: 'Ada Lovelace', status: 'active', tier: 'free', roles: ['customer'] })
  expect(headers.get('location')).toBe(`/api/v1/users/${user.id}`)
  const [event] = await app.eventsOf(user.id)
  expect(event?.type).toBe('user.created')
  expect(event?.data).toEqual({ userId: user.id, kind: 'registered', tier: 'free', locale: 'de-DE' })
})

test('an e-mail address has one account, in whatever case it is typed', async () => {
  const { email } = await app.register(`Grace.${newId()}@stoa.example`)
  const body = { email: email.toUpperCase(), password: 'a fine long phrase', name: 'Grace' }
  const { status, body: problem } = await app.ask('POST', '/api/v1/users', { body })
  expect([status, problem.code]).toEqual([409, 'user.email_taken'])
})

test('nothing is kept of a password beside its slow hash, and two who send one key are two accounts', async () => {
  const register = (key: string) => {
    const body = { email: `${newId()}@stoa.example`, password: 'a fine long phrase', name: 'Ada' }
    return app.ask('POST', '/api/v1/users', { body, key })
  }
  const answers = [await register('1'), await register('1')]
  expect(answers.map(({ status }) => status)).toEqual([201, 201])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(2)
  const [kept] = await app.service.database.read.sql<{ count: number }>`
    select count(*)::int from public.idempotency_records where key = '1'`
  expect(kept?.count).toBe(0)
})

test('an international domain has one account in either spelling, signs in with both, and is stored in ASCII', async () => {
  const name = newId()
  const [unicode, ascii] = [`${name}@Bücher.example`, `${name}@xn--bcher-kva.example`]
  const password = 'a fine long phrase'
  const made = await app.ask('POST', '/api/v1/users', { body: { email: unicode, password, name: 'Ada' } })
  expect([made.status, made.body['email']]).toEqual([201, ascii])
  const again = await app.ask('POST', '/api/v1/users', { body: { email: ascii, password, name: 'Ada' } })
  expect([again.status, again.body.code]).toEqual([409, 'user.email_taken'])
  for (const email of [unicode, ascii, unicode.toUpperCase()])
    expect((await app.signIn(email, password)).status).toBe(200)
  const guest = await app.ask('POST', '/api/v1/users/guest', { body: { email: unicode } })
  expect(guest.body).toMatchObject({ user: { email: ascii } })
})

test.each(['dörte@example.org', '"ada lovelace"@example.org', 'ada@１２７.０.０.１'])(
  'the address %s is refused with a code of its own',
  async (email) => {
    const refused = { status: 422, body: { code: 'user.email_unsupported', errors: [{ pointer: '/email' }] } }
    const body = { email, password: 'a fine long phrase', name: 'Ada' }
    expect(await app.ask('POST', '/api/v1/users', { body })).toMatchObject(refused)
    expect(await app.ask('POST', '/api/v1/users/guest', { body: { email } })).toMatchObject(refused)
    expect((await app.signIn(email, body.password)).body.code).toBe('user.credentials_wrong')
  },
)

test('of ten who register one e-mail address at once, one gets it', async () => {
  const body = { email: `${newId()}@stoa.example`, password: 'a fine long phrase', name: 'Ada' }
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.ask('POST', '/api/v1/users', { body })))
  expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
    201,
    ...Array.from({ length: 9 }, () => 409),
  ])
})

test('a password among the first guesses is refused', async () => {
  const body = { email: `${newId()}@stoa.example`, password: 'password123', name: 'Ada' }
  const { status, body: problem } = await app.ask('POST', '/api/v1/users', { body })
  expect([status, problem.code, problem.errors[0]?.pointer]).toEqual([422, 'user.password_weak', '/password'])
})

test('signing in answers with tokens, and is logged and told', async () => {
  const { id, email, password, caller } = await app.register()
  const { status, body } = await app.signIn(email.toUpperCase(), password)
  expect(status).toBe(200)
  expect(body).toEqual({
    accessToken: `access-${id}`,
    refreshToken: `refresh-${id}`,
    tokenType: 'Bearer',
    expiresIn: 900,
  })
  expect((await app.eventsOf(id)).map(({ type }) => type)).toEqual([
    'user.created',
    'user.email_verification_requested',
    'user.authenticated',
  ])
  const { body: log } = await app.ask('GET', `/api/v1/users/${id}/authentications`, { as: caller })
  expect(log.items).toEqual([expect.objectContaining({ outcome: 'succeeded', address: '203.0.113.7' })])
})

test('when auth is unavailable signing in is a 503 and nothing has happened', async () => {
  const { id, email, password, caller } = await app.register()
  app.auth.isAway = true
  expect((await app.signIn(email, password)).status).toBe(503)
  const { body: log } = await app.ask('GET', `/api/v1/users/${id}/authentications`, { as: caller })
  expect(log.items).toEqual([])
  expect((await app.eventsOf(id)).map(({ type }) => type)).toEqual([
    'user.created',
    'user.email_verification_requested',
  ])
})

test('a guest gets tokens, and one e-mail address may have many guests', async () => {
  const body = { email: `${newId()}@stoa.example` }
  const first = await app.ask('POST', '/api/v1/users/guest', { body })
  const second = await app.ask('POST', '/api/v1/users/guest', { body })
  expect([first.status, second.status]).toEqual([201, 201])
  expect(first.body).toMatchObject({ user: { status: 'guest', roles: ['guest'] }, tokenType: 'Bearer' })
  expect(second.body.user.id).not.toBe(first.body.user.id)
  expect((await app.signIn(body.email, 'any password')).body.code).toBe('user.credentials_wrong')
})

test('a profile is changed under its version', async () => {
  const { id, caller } = await app.register()
  const path = `/api/v1/users/${id}`
  const { headers, body: user } = await app.ask('GET', path, { as: caller })
  expect(headers.get('etag')).toBe(`"${user.version}"`)
  expect((await app.ask('PATCH', path, { as: caller, body: { name: 'Countess' } })).status).toBe(428)
  const patch = { as: caller, body: { name: 'Countess' }, headers: ifMatch(user.version) }
  const { status, body: patched } = await app.ask('PATCH', path, patch)
  expect([status, patched.name, patched.locale]).toEqual([200, 'Countess', 'en'])
  expect((await app.ask('PATCH', path, patch)).status).toBe(412)
  const put = { as: caller, body: { name: 'Ada', locale: 'fr' }, headers: ifMatch(patched.version) }
  expect((await app.ask('PUT', path, put)).body).toMatchObject({ name: 'Ada', locale: 'fr' })
  expect((await app.eventsOf(id)).at(-1)).toMatchObject({
    type: 'user.updated',
    data: { locale: 'fr', status: 'active' },
  })
})

test('an address without a postal code, and one with a state, is kept as it is', async () => {
  const ada = await app.register()
  const { postalCode: _, ...dublin } = { ...address, city: 'Dublin', country: 'IE' }
  const portland = { ...address, city: 'Portland', state: 'OR', postalCode: '97201', country: 'US' }
  const path = addressesOf(ada.id)
  const { status, body: kept } = await app.ask('POST', path, { as: ada.caller, body: dublin })
  expect([status, kept]).toEqual([201, expect.not.objectContaining({ postalCode: expect.anything() })])
  const headers = ifMatch(1)
  const replaced = await app.ask('PUT', `${path}/${kept.id}`, { as: ada.caller, body: portland, headers })
  expect(replaced.body).toMatchObject(portland)
  expect((await app.ask('GET', `${path}/${kept.id}`, { as: ada.caller })).body).toMatchObject(portland)
})

test('an account has no more addresses than the limit, also when they come at once', async () => {
  const ada = await app.register()
  const add = () => app.ask('POST', addressesOf(ada.id), { as: ada.caller, body: address })
  await app.service.database.transaction(
    (tx) => tx.sql`
      insert into addresses (id, user_id, name, line1, city, postal_code, country)
      select gen_random_uuid(), ${ada.id}, 'Ada', 'Analytical Row 1', 'Berlin', '10115', 'DE'
        from generate_series(1, ${MAX_ADDRESSES - 2})`,
  )
  const answers = await Promise.all([add(), add(), add(), add()])
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 201, 409, 409])
  expect(await add()).toMatchObject({ status: 409, body: { code: 'user.address_limit' } })
  const { items } = (await app.ask('GET', `${addressesOf(ada.id)}?limit=200`, { as: ada.caller })).body
  expect(items).toHaveLength(MAX_ADDRESSES)
  await app.ask('DELETE', `${addressesOf(ada.id)}/${items?.[0]?.id}`, { as: ada.caller, headers: ifMatch(1) })
  expect((await add()).status).toBe(201)
})

test("another's account and addresses can be neither read nor changed", async () => {
  const [ada, eve] = [await app.register(), await app.register()]
  const { body: kept } = await app.ask('POST', addressesOf(ada.id), { as: ada.caller, body: address })
  const attempts = [
    ['GET', `/api/v1/users/${ada.id}`],
    ['PATCH', `/api/v1/users/${ada.id}`, { name: 'Eve' }],
    ['DELETE', `/api/v1/users/${ada.id}`],
    ['GET', `/api/v1/users/${ada.id}/authentications`],
    ['GET', addressesOf(ada.id)],
    ['POST', addressesOf(ada.id), address],
    ['GET', `${addressesOf(ada.id)}/${kept.id}`],
    ['PUT', `${addressesOf(ada.id)}/${kept.id}`, address],
    ['DELETE', `${addressesOf(ada.id)}/${kept.id}`],
    ['GET', `${addressesOf(eve.id)}/${kept.id}`],
    ['PUT', `${addressesOf(eve.id)}/${kept.id}`, address],
    ['DELETE', `${addressesOf(eve.id)}/${kept.id}`],
  ] as const
  for (const [method, path, body] of attempts) {
    const { status } = await app.ask(method, path, { as: eve.caller, headers: ifMatch(1), ...(body && { body }) })
    expect([method, path, status]).toEqual([method, path, 404])
  }
  expect((await app.ask('GET', `${addressesOf(ada.id)}/${kept.id}`, { as: ada.caller })).body).toEqual(kept)
})

test('addresses are kept, replaced under their version and forgotten; one is the default', async () => {
  const { id, caller } = await app.register()
  const home = await app.ask('POST', addressesOf(id), { as: caller, body: { ...address, isDefault: true } })
  expect(home.headers.get('location')).toBe(`${addressesOf(id)}/${home.body.id}`)
  const work = await app.ask('POST', addressesOf(id), {
    as: caller,
    body: { ...address, label: 'work', isDefault: true },
  })
  const { body: list } = await app.ask('GET', addressesOf(id), { as: caller })
  expect(list.items.map((kept) => kept.isDefault)).toEqual([false, true])
  const path = `${addressesOf(id)}/${work.body.id}`
  const replace = { as: caller, body: { ...address, city: 'Köln' }, headers: ifMatch(1) }
  const { body: replaced } = await app.ask('PUT', path, replace)
  expect(replaced).toMatchObject({ city: 'Köln', isDefault: false, version: 2 })
  expect(replaced.label).toBeUndefined()
  expect((await app.ask('PUT', path, replace)).status).toBe(412)
  expect((await app.ask('DELETE', path, { as: caller, headers: ifMatch(2) })).status).toBe(204)
  expect((await app.ask('GET', path, { as: caller })).status).toBe(404)
})

test('admins list and find accounts by a part of name or e-mail address, customers do not', async () => {
  const { id, email, caller } = await app.register(`100%_${newId()}@stoa.example`)
  const part = email.slice(2, 20).toUpperCase()
  const found = await app.ask('GET', `/api/v1/users/search?q=${encodeURIComponent(part)}`, { as: admin })
  expect(found.body.items.map((user) => user.id)).toEqual([id])
  const first = await app.ask('GET', '/api/v1/users?limit=1', { as: admin })
  const second = await app.ask('GET', `/api/v1/users?limit=1&cursor=${first.body.nextCursor}`, { as: admin })
  expect(first.body.items[0]?.id).toBe(id)
  expect(Number(second.body.items[0]?.id.localeCompare(id))).toBeLessThan(0)
  expect((await app.ask('GET', '/api/v1/users', { as: caller })).status).toBe(403)
})

test('contact, claims and a snapshot are answered to other services', async () => {
  const { id, email } = await app.register()
  // the name only once the address is verified
  expect((await app.call('GetContact', { userId: id })).body).toEqual({ email, locale: 'en', emailVerified: false })
  expect((await app.call('GetClaims', { userId: id })).body).toEqual({
    userId: id,
    email,
    roles: ['customer'],
    tier: 'free',
    name: 'Ada Lovelace',
    locale: 'en',
    emailVerified: false,
    updatedAt: expect.stringMatching(/^\d{10}$/),
  })
  expect((await app.call('GetClaims', { userId: newId() })).status).toBe(404)
  const states: unknown[] = []
  for (let afterUserId = ''; ;) {
    const { body } = await app.call('SnapshotUsers', { afterUserId, limit: 3 })
    states.push(...body.users)
    if (body.nextAfterUserId === undefined) break
    afterUserId = body.nextAfterUserId
  }
  expect(states).toContainEqual({ userId: id, status: 'active', tier: 'free' })
  const { body: users } = await app.ask('GET', '/api/v1/users?limit=200', { as: admin })
  expect(states).toHaveLength(users.items.length)
})

test('an erased account is gone, and told', async () => {
  const { id, email, password, caller } = await app.register()
  await app.ask('POST', addressesOf(id), { as: caller, body: address })
  await app.signIn(email, password)
  const path = `/api/v1/users/${id}`
  app.auth.log.length = 0
  expect((await app.ask('DELETE', path, { as: caller, headers: ifMatch(1) })).status).toBe(204)
  expect(app.auth.log).toEqual([expect.stringContaining(id)])
  expect((await app.ask('POST', addressesOf(id), { as: caller, body: address })).status).toBe(401)
  expect((await app.ask('GET', path, { as: caller })).status).toBe(404)
  expect((await app.signIn(email, password)).body.code).toBe('user.credentials_wrong')
  expect((await app.call('GetContact', { userId: id })).status).toBe(404)
  expect((await app.eventsOf(id)).at(-1)).toMatchObject({ type: 'user.deleted', data: { userId: id } })
  const rows = await app.service.database.read.sql`
    select u::text as text from users u union all select a::text from addresses a union all select l::text from authentications l where user_id = ${id}`
  const text = JSON.stringify(rows)
  expect(text).not.toContain(email)
  expect(await app.service.database.read.sql`select 1 from addresses where user_id = ${id}`).toEqual([])
  expect((await app.register(email)).id).not.toBe(id)
})

test('seeded accounts sign in with their roles, and seeding again changes nothing', async () => {
  const account = { id: newId(), email: `${newId()}@stoa.example`, name: 'Grace Hopper', roles: ['staff'] }
  const makeTx = txMaker({ service: user, clock: systemClock, newId, schemaBaseUrl: 'http://127.0.0.1:8080' })
  const run = () =>
    app.service.database.transaction((handle) =>
      seedAccounts(
        makeTx(handle) as Tx<UserService>,
        { clock: systemClock },
        { accounts: [account], password: 'stoa-demo-only' },
      ),
    )
  await run()
  await run()
  expect((await app.signIn(account.email, 'stoa-demo-only')).status).toBe(200)
  expect((await app.call('GetClaims', { userId: account.id })).body.roles).toEqual(['staff'])
  expect((await app.eventsOf(account.id)).map(({ type }) => type)).toEqual(['user.created', 'user.authenticated'])
})
