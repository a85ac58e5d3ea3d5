import { systemClock } from '@stoa/kernel'
import { createTokenVerifier, deriveKey, fetchKeys, fingerprint, type ChangingKeys } from '@stoa/security'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { transactionsOf } from '../src/auth-tx.ts'
import { MAX_SIGNING_KEYS } from '../src/domain/signing-schedule.ts'
import { makeKeyRing, makeSigningKey } from '../src/key-ring.ts'
import { insertApiKey } from '../src/store/api-keys.ts'
import { ADA, ISSUER, runIdentity, SECRET, type RunningIdentity } from './running-identity.ts'

let running: RunningIdentity
beforeAll(async () => {
  running = await runIdentity()
})
afterAll(() => running.stop())

const openSession = () =>
  running.transaction((tx) =>
    running.identity.openSession(tx, { account: ADA, methods: ['pwd'], key: crypto.randomUUID() }),
  )
const newVerifier = () =>
  createTokenVerifier({
    issuer: ISSUER,
    audience: 'stoa',
    clock: systemClock,
    loadKeys: fetchKeys(() => `${running.url}/oauth2/jwks`),
  })
const keyIdOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid
const published = async () => {
  const { keys } = (await (await fetch(`${running.url}/oauth2/jwks`)).json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid)
}
const rotate = async (isCompromised: boolean) => {
  const made = await makeSigningKey()
  await running.transaction((tx) => running.identity.keys.rotate(tx, made, isCompromised))
  await running.identity.reload()
  return made.keyId
}
const ringAt = (now: () => Temporal.Instant, encryptionKeys: ChangingKeys = [Buffer.alloc(32, 1)]) =>
  makeKeyRing({
    db: running.database.database.read,
    transaction: running.transaction,
    clock: { now },
    encryptionKeys,
    rotationDays: 30,
  })

test('keeps no private key in the clear', async () => {
  const [row] = await running.database.database.read.sql<{ found: number }>`
    select count(*)::int as found from signing.key
    where public_jwk ? 'd' or position('kty'::bytea in encrypted_jwk) > 0`
  expect(row?.found).toBe(0)
})

test('publishes the next key at once, signs with it later, and says so', async () => {
  const { accessToken } = await openSession()
  const before = keyIdOf(accessToken)
  const next = await rotate(false)
  expect(await published()).toEqual([before, next])
  expect(keyIdOf((await openSession()).accessToken)).toBe(before)
  const events = await running.database.database.read.sql<{ data: unknown }>`
    select event::jsonb -> 'data' as data from outbox where event::jsonb ->> 'type' = 'signing_key.rotated'`
  expect(events).toEqual([{ data: { keyId: next, retiredKeyIds: [before] } }])
})

test('lets only so many keys verify at once, and withdraws however many there are', async () => {
  const made = await Promise.all(Array.from({ length: MAX_SIGNING_KEYS }, () => makeSigningKey()))
  const rows = await Promise.all(
    made.map((each) => running.transaction((tx) => running.identity.keys.rotate(tx, each, false))),
  )
  await running.identity.reload()
  expect(rows).toContain(undefined)
  expect(await published()).toHaveLength(MAX_SIGNING_KEYS)
  expect(await running.identity.keys.isFull()).toBe(true)
  const next = await rotate(true)
  expect(await published()).toEqual([next])
})

test('ends every token of withdrawn keys at once', async () => {
  const { accessToken } = await openSession()
  await newVerifier().verify(accessToken)
  const next = await rotate(true)
  expect(await published()).toEqual([next])
  await expect(newVerifier().verify(accessToken)).rejects.toMatchObject({ code: 'auth.token_invalid' })
  const anew = await openSession()
  expect(keyIdOf(anew.accessToken)).toBe(next)
  expect(await newVerifier().verify(anew.accessToken)).toMatchObject({ sub: ADA.userId })
})

test('is due again after its days, not before', async () => {
  const inDays = (days: number) => () => Temporal.Now.instant().add({ hours: days * 24 })
  expect(await ringAt(inDays(29)).isDue()).toBe(false)
  expect(await ringAt(inDays(31)).isDue()).toBe(true)
})

test('starts again with the keys it had, and makes one key however many start at once', async () => {
  const other = await runIdentity()
  try {
    const clock = systemClock
    const { database } = other.database
    await other.transaction((tx) => tx.sql`delete from signing.key`)
    const settings = { db: database.read, clock, encryptionKeys: [Buffer.alloc(32, 2)] as const, rotationDays: 30 }
    const rings = [1, 2, 3].map(() =>
      makeKeyRing({
        ...settings,
        transaction: transactionsOf(database, {
          clock,
          newId: () => crypto.randomUUID(),
          schemaBaseUrl: 'http://127.0.0.1:8080',
        }),
      }),
    )
    const loaded = await Promise.all(rings.map((ring) => ring.load()))
    const ids = loaded.flat().map(({ kid }) => kid)
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
    expect((await rings[0]?.load())?.map(({ kid }) => kid)).toEqual(ids.slice(0, 1))
  } finally {
    await other.stop()
  }
})

test('says in one sentence what to do when the secret is another than when the keys were made', async () => {
  await expect(ringAt(systemClock.now, [Buffer.alloc(32, 9)]).load()).rejects.toThrow(/AUTH_SECRET has changed/)
})

test('reads the keys that were made with the former secret beside the current one', async () => {
  const former = deriveKey(SECRET, 'signing keys')
  expect((await ringAt(systemClock.now, [former]).load()).length).toBeGreaterThan(0)
  const [kept] = await ringAt(systemClock.now, [Buffer.alloc(32, 9), former]).load()
  expect([kept?.kid]).toEqual((await published()).slice(0, 1))
})

const API_KEY_GRANT = 'urn:stoa:params:oauth:grant-type:api-key'
const exchange = async (apiKey: string) => {
  const response = await fetch(`${running.url}/oauth2/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from('gateway:everybody-else-16').toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: API_KEY_GRANT, api_key: apiKey }).toString(),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}
const keep = (key: string, expiresAt: Temporal.Instant) =>
  running.transaction((tx) =>
    insertApiKey(tx, {
      id: crypto.randomUUID(),
      userId: ADA.userId,
      name: 'till',
      prefix: key.slice(0, 11),
      fingerprint: fingerprint(key),
      scopes: ['order:read'],
      createdAt: systemClock.now(),
      expiresAt,
    }),
  )

test('turns an API key into a token that reaches as far as the key, and notes its use', async () => {
  await keep('stoa_live', systemClock.now().add({ hours: 1 }))
  const { status, body } = await exchange('stoa_live')
  expect([status, body['scope'], body['expires_in']]).toEqual([200, 'order:read', 900])
  const claims = await newVerifier().verify(body['access_token'] ?? '')
  expect(claims).toMatchObject({
    sub: ADA.userId,
    scope: 'order:read',
    sid: expect.stringMatching(/^api-key:/) as string,
  })
  const [row] = await running.database.database.read.sql<{ used: boolean }>`
    select last_used_at is not null as used from api_key where prefix = 'stoa_live'`
  expect(row?.used).toBe(true)
})

test('refuses an API key that is unknown, has expired, or whose account is closed', async () => {
  await keep('stoa_gone', systemClock.now().subtract({ seconds: 1 }))
  await keep('stoa_short', systemClock.now().add({ seconds: 30 }))
  for (const key of ['stoa_gone', 'stoa_never', '']) {
    expect((await exchange(key)).body).toMatchObject({ error: 'invalid_grant' })
  }
  expect(Number((await exchange('stoa_short')).body['expires_in'])).toBeLessThanOrEqual(30)
  running.people.delete(ADA.userId)
  expect((await exchange('stoa_short')).body).toMatchObject({ error: 'invalid_grant' })
  running.people.set(ADA.userId, ADA)
})

test('answered all of that without an error of its own', () => {
  expect(running.errors).toEqual([])
})
