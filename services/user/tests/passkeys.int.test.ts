import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { authenticator, codeOf } from './authenticator.ts'
import { passkeyDevice, type PasskeyDevice } from './passkey-device.ts'
import { startUser, type Person, type UserApp } from './user-app.ts'

const origin = 'https://shop.example'
const rpId = 'shop.example'
let app: UserApp

beforeAll(async () => {
  app = await startUser({ AUTH_ISSUER: origin, SCHEMA_BASE_URL: origin })
  app.freeze()
})
afterAll(() => app.service.stop())
beforeEach(() => {
  app.auth.isAway = false
  app.auth.log.length = 0
  app.advance(30)
})

interface Begun {
  readonly status: number
  readonly body: { readonly code?: string; readonly challenge: string; readonly excludeCredentials: unknown[] }
}

const at = ({ id }: Person) => `/api/v1/users/${id}/passkeys`
const inSession = ({ caller }: Person) => ({ sessionId: 'session-of-ada', ...caller })
const begin = async (of: Person, otp?: string) =>
  (await app.ask('POST', `${at(of)}/options`, {
    as: inSession(of),
    body: { password: of.password, ...(otp === undefined ? {} : { otp }) },
  })) as unknown as Begun
const add = (of: Person, credential: object, as: Person['caller'] = inSession(of)) =>
  app.ask('POST', at(of), { as, body: { name: 'Phone', credential } })
const list = async (of: Person) =>
  (await app.ask('GET', at(of), { as: of.caller })).body.items as unknown as Record<string, unknown>[]
const remove = (of: Person, passkeyId: string) => app.ask('DELETE', `${at(of)}/${passkeyId}`, { as: inSession(of) })

/** Adds a passkey; returns its id and its device. */
async function withPasskey(of: Person, otp?: string) {
  const device = passkeyDevice()
  const { challenge } = (await begin(of, otp)).body
  const added = await add(of, device.create({ challenge, rpId, origin }))
  expect(added.status).toBe(201)
  return { id: added.body.id, device }
}

const beginSignIn = async (signInId: string) =>
  (await app.call('BeginPasskeySignIn', { signInId })).body as unknown as { readonly challenge: string }
const verify = (signInId: string, credential: object, address = '203.0.113.7') =>
  app.call('VerifyPasskey', { signInId, credential: JSON.stringify(credential), address })

/** Signs in as a page does; the last argument says how its device deviates. */
async function signIn(
  of: Person,
  device: PasskeyDevice,
  deviation: Parameters<PasskeyDevice['get']>[1] = {},
  from?: string,
) {
  const signInId = newId()
  const { challenge } = await beginSignIn(signInId)
  return verify(signInId, device.get({ challenge, rpId, origin, userId: of.id }, deviation), from)
}

const typesOf = async ({ id }: Person) => (await app.eventsOf(id)).map(({ type }) => type)

test('a passkey is added with the password, listed, renamed, signs in, and is removed', async () => {
  const ada = await app.register()
  const { id, device } = await withPasskey(ada)
  expect(await list(ada)).toEqual([{ id, name: 'Phone', isSynced: false, createdAt: expect.any(String) }])
  const body = { name: 'Old phone' }
  expect((await app.ask('PATCH', `${at(ada)}/${id}`, { as: ada.caller, body })).body).toMatchObject({ id, ...body })
  expect((await begin(ada)).body.excludeCredentials).toMatchObject([{ id: device.id }])
  const { status, body: proven } = await signIn(ada, device)
  expect([status, proven]).toEqual([200, { userId: ada.id, accountVersion: expect.any(Number) }])
  expect(await list(ada)).toMatchObject([{ id, ...body, lastUsedAt: app.now().toString() }])
  expect((await remove(ada, id)).status).toBe(204)
  expect(app.auth.log).toEqual([`end ${ada.id} except session-of-ada`])
  expect((await signIn(ada, device)).status).toBe(401)
  expect((await remove(ada, id)).body.code).toBe('user.passkey_not_found')
  expect(await typesOf(ada)).toEqual(expect.arrayContaining(['user.passkey_added', 'user.passkey_removed']))
  const told = (await app.eventsOf(ada.id)).filter(({ type }) => type === 'user.authenticated')
  expect(told.map(({ data }) => data)).toContainEqual(expect.objectContaining({ methods: ['passkey'] }))
})

test('options need the password, and the code of an account with a second factor', async () => {
  const tools = authenticator(app)
  const ada = await tools.protectedPerson()
  expect((await begin({ ...ada, password: 'wrong' })).body.code).toBe('user.credentials_wrong')
  expect((await begin(ada)).body.code).toBe('user.otp_required')
  const { device } = await withPasskey(ada, ada.codeAt(0))
  // and the passkey signs in without one
  expect((await signIn(ada, device)).status).toBe(200)
})

test('of two that answer one challenge at once one is accepted, in sign-ins and in additions', async () => {
  const ada = await app.register()
  const { device } = await withPasskey(ada)
  const signInId = newId()
  const { challenge } = await beginSignIn(signInId)
  const answer = device.get({ challenge, rpId, origin, userId: ada.id })
  const answers = await Promise.all([1, 2, 3].map(() => verify(signInId, answer)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  const begun = (await begin(ada)).body
  const made = [1, 2, 3].map(() => passkeyDevice().create({ challenge: begun.challenge, rpId, origin }))
  const added = await Promise.all(made.map((credential) => add(ada, credential)))
  expect(added.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1)
})

test('a challenge counts in its own sign-in and session, for five minutes, and for the account as it was', async () => {
  const ada = await app.register()
  const { device } = await withPasskey(ada)
  const [mine, other] = [newId(), newId()]
  const { challenge } = await beginSignIn(mine)
  const answer = device.get({ challenge, rpId, origin, userId: ada.id })
  expect((await verify(other, answer)).status).toBe(401)
  app.advance(6)
  expect((await verify(mine, answer)).status).toBe(401)

  const created = async () => passkeyDevice().create({ challenge: (await begin(ada)).body.challenge, rpId, origin })
  const refused = async (credential: object, as?: Person['caller']) => (await add(ada, credential, as)).body.code
  expect(await refused(await created(), { ...ada.caller, sessionId: 'another' })).toBe('user.passkey_refused')
  const late = await created()
  app.advance(6)
  expect(await refused(late)).toBe('user.passkey_refused')
  const before = await created()
  const [known] = await list(ada)
  expect((await remove(ada, String(known?.['id']))).status).toBe(204)
  expect(await refused(before)).toBe('user.passkey_refused')
})

test('refuses another origin, another domain, and a device that has not verified its owner', async () => {
  const ada = await app.register()
  const device = passkeyDevice()
  const attempt = async (asked: object, deviation = {}) => {
    const { challenge } = (await begin(ada)).body
    return (await add(ada, device.create({ challenge, rpId, origin, ...asked }, deviation))).body.code
  }
  expect(await attempt({ origin: 'https://shop.example.evil' })).toBe('user.passkey_refused')
  expect(await attempt({ rpId: 'example' })).toBe('user.passkey_refused')
  expect(await attempt({ challenge: 'AAAA' })).toBe('user.passkey_refused')
  expect(await attempt({}, { isVerified: false })).toBe('user.passkey_refused')
  expect(await list(ada)).toEqual([])
  const { device: own } = await withPasskey(ada)
  expect((await signIn(ada, own, { isVerified: false })).status).toBe(401)
  expect((await signIn(ada, own, { userHandle: newId() })).status).toBe(401)
})

test('a count that goes back is refused, and one that stays 0 is not', async () => {
  const ada = await app.register()
  const { device } = await withPasskey(ada)
  const statusWith = async (signCount: number) => (await signIn(ada, device, { signCount })).status
  expect([await statusWith(0), await statusWith(0), await statusWith(7)]).toEqual([200, 200, 200])
  expect([await statusWith(7), await statusWith(6), await statusWith(0)]).toEqual([401, 401, 401])
  expect(await statusWith(8)).toBe(200)
})

test('a passkey is added once, to one account, and 20 are the most', async () => {
  const [ada, bob] = [await app.register(), await app.register()]
  const { device } = await withPasskey(ada)
  const again = device.create({ challenge: (await begin(bob)).body.challenge, rpId, origin })
  expect((await add(bob, again)).body.code).toBe('user.passkey_taken')
  await app.service.database.transaction(
    (tx) => tx.sql`
      insert into passkeys (id, user_id, credential_id, public_key, sign_count, transports, is_synced, name, created_at)
      select gen_random_uuid(), ${bob.id}, 'filled ' || n, '', 0, '{}', false, 'filled', now()
        from generate_series(1, 20) n`,
  )
  expect((await begin(bob)).body.code).toBe('user.passkey_limit')
})

test('wrong signatures lock as wrong passwords do, and a lock holds for passkeys', async () => {
  const ada = await app.register()
  const { device } = await withPasskey(ada)
  const wrong = () => signIn(ada, device, { isVerified: false })
  for (let turn = 0; turn < 5; turn += 1) expect((await wrong()).status).toBe(401)
  expect((await signIn(ada, device)).status).toBe(429)
  expect(await codeOf(app.signIn(ada.email, ada.password))).toBe('user.locked')
  expect((await signIn(ada, device, {}, '198.51.100.7')).status).toBe(200)
  const { body } = await app.ask('GET', `/api/v1/users/${ada.id}/authentications`, { as: ada.caller })
  expect(body.items.filter(({ outcome }) => outcome === 'passkey_wrong')).toHaveLength(5)
})

test('what is no credential is refused, and the options say nothing of accounts', async () => {
  const signInId = newId()
  expect(Object.keys(await beginSignIn(signInId)).toSorted()).toEqual(['challenge', 'rpId', 'timeoutMs'])
  for (const credential of ['', '{}', '[', 'null', '{"id":"\\u0000"}']) {
    const { status } = await app.call('VerifyPasskey', { signInId, credential, address: '203.0.113.7' })
    expect(status).toBe(401)
  }
})

test('an erased account has none, and challenges are not kept', async () => {
  const ada = await app.register()
  const { device } = await withPasskey(ada)
  await begin(ada)
  await beginSignIn(newId())
  expect(
    (await app.ask('DELETE', `/api/v1/users/${ada.id}`, { as: ada.caller, headers: { 'if-match': '*' } })).status,
  ).toBe(204)
  const left = async () => {
    const { read } = app.service.database
    const [row] = await read.sql<{ keys: number; challenges: number }>`
      select (select count(*)::int from passkeys where user_id = ${ada.id}) as keys,
             (select count(*)::int from passkey_challenges) as challenges`
    return row
  }
  expect((await left())?.keys).toBe(0)
  expect((await signIn(ada, device)).status).toBe(401)
  app.advance(6)
  await app.run('forget-old-sign-ins')
  expect(await left()).toEqual({ keys: 0, challenges: 0 })
})

test('others see and change none of an account', async () => {
  const [ada, bob] = [await app.register(), await app.register()]
  const { id } = await withPasskey(ada)
  const as = bob.caller
  const asked = [
    app.ask('GET', at(ada), { as }),
    app.ask('DELETE', `${at(ada)}/${id}`, { as }),
    app.ask('DELETE', `${at(bob)}/${id}`, { as }),
    app.ask('PATCH', `${at(bob)}/${id}`, { as, body: { name: 'mine' } }),
  ]
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([404, 404, 404, 404])
  expect(await list(ada)).toMatchObject([{ id, name: 'Phone' }])
})
