import { order } from '@stoa/contracts/order/service'
import { createTokenVerifier, fetchKeys, resourceOf, type Claims } from '@stoa/security'
import { isAppError, systemClock } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, ISSUER, runIdentity, type RunningIdentity } from './running-identity.ts'

let running: RunningIdentity
beforeAll(async () => {
  running = await runIdentity()
})
afterAll(() => running.stop())

const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
})
const basic = (name: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
})
const post = async (path: string, fields: Record<string, string>, headers?: Record<string, string>) => {
  const response = await fetch(running.url + path, form(fields, headers))
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, string> }
}
const verifier = (audience: string) =>
  createTokenVerifier({
    issuer: ISSUER,
    audience,
    clock: systemClock,
    loadKeys: fetchKeys(() => `${running.url}/oauth2/jwks`),
  })
const refresh = (refreshToken: string) =>
  post('/oauth2/token', { grant_type: 'refresh_token', client_id: 'stoa-shop', refresh_token: refreshToken })
const openSession = (key: string = crypto.randomUUID()) =>
  running.transaction((tx) => running.identity.openSession(tx, { account: ADA, methods: ['pwd'], key }))
const published = async (type: string) => {
  const rows = await running.database.database.read.sql<{ event: { data: unknown } }>`
    select event::jsonb as event from outbox where event::jsonb ->> 'type' = ${type} order by id`
  return rows.map(({ event }) => event.data)
}
const sessionOf = async (token: string) => (await verifier('stoa').verify(token)).sid ?? ''

test('opens a session whose access token verifies and says who, as what, how far and until when', async () => {
  const { accessToken, expiresInSeconds } = await openSession()
  const claims: Claims = await verifier('stoa').verify(accessToken)
  expect(claims).toMatchObject({
    iss: ISSUER,
    aud: 'stoa',
    sub: ADA.userId,
    email: ADA.email,
    roles: ADA.roles,
    tier: ADA.tier,
    scope: 'stoa',
    client_id: 'stoa-shop',
  })
  expect(claims.exp - claims.iat).toBe(900)
  expect(expiresInSeconds).toBe(900)
  expect(claims.jti).toMatch(/^[\w-]{20,}$/)
})

test('userinfo takes a token with the scope openid alone', async () => {
  const { accessToken } = await openSession()
  const refused = await fetch(`${running.url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })
  expect([refused.status, await refused.json()]).toMatchObject([403, { error: 'insufficient_scope', scope: 'openid' }])
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*error="insufficient_scope".*scope="openid"/)
})
test('renews with a refresh token, once, and looks the account up again', async () => {
  const first = await openSession()
  running.people.set(ADA.userId, { ...ADA, roles: ['customer', 'staff'] })
  const renewed = await refresh(first.refreshToken)
  running.people.set(ADA.userId, ADA)
  expect(renewed).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 900, scope: 'stoa' } })
  expect(renewed.body['refresh_token']).not.toBe(first.refreshToken)
  const claims = await verifier('stoa').verify(renewed.body['access_token'] ?? '')
  expect(claims).toMatchObject({
    sub: ADA.userId,
    roles: ['customer', 'staff'],
    sid: await sessionOf(first.accessToken),
  })
})

test('ends the whole family when a refresh token is used again', async () => {
  const first = await openSession()
  const second = await refresh(first.refreshToken)
  const before = (await published('session.revoked')).length
  expect(await refresh(first.refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  expect(await refresh(second.body['refresh_token'] ?? '')).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
  expect((await published('session.revoked')).slice(before)).toEqual([
    { userId: ADA.userId, sessionIds: [await sessionOf(first.accessToken)] },
  ])
})

test('lets of two that use a refresh token at once at most one through, and ends the family', async () => {
  const { refreshToken } = await openSession()
  const outcomes = await Promise.all([refresh(refreshToken), refresh(refreshToken), refresh(refreshToken)])
  const won = outcomes.filter(({ status }) => status === 200)
  expect(won.length).toBeLessThanOrEqual(1)
  for (const { body } of won) expect(await refresh(body['refresh_token'] ?? '')).toMatchObject({ status: 400 })
})

test('refuses to renew for a closed account and for another client', async () => {
  const { refreshToken } = await openSession()
  const stolen = { grant_type: 'refresh_token', client_id: 'stoa-console', refresh_token: refreshToken }
  expect(await post('/oauth2/token', stolen)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  running.people.delete(ADA.userId)
  expect(await refresh(refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  running.people.set(ADA.userId, ADA)
})

test('joins the session when the same key opens it again', async () => {
  const first = await openSession('same-key')
  const again = await openSession('same-key')
  expect(await sessionOf(again.accessToken)).toBe(await sessionOf(first.accessToken))
  expect(await refresh(again.refreshToken)).toMatchObject({ status: 200 })
})

test('stores no token that a reader of the table could use', async () => {
  const { refreshToken } = await openSession()
  const [row] = await running.database.database.read.sql<{ found: number }>`
    select count(*)::int as found from oidc_record r where r::text like ${`%${refreshToken}%`}`
  expect(row?.found).toBe(0)
})

test('gives a service a token for a callee it declares, with all its declared methods', async () => {
  const asked = { grant_type: 'client_credentials', resource: resourceOf('pricing') }
  const { status, body } = await post('/oauth2/token', asked, basic('order', 'order-secret-of-16'))
  expect(status).toBe(200)
  const claims = await verifier('pricing').verify(body['access_token'] ?? '')
  expect(claims).toMatchObject({ iss: ISSUER, aud: 'pricing', sub: 'order', client_id: 'order' })
  expect(claims.scope?.split(' ').toSorted()).toEqual(
    order.calls.pricing.methods
      .map((method) => `stoa.pricing.v1.PricingRpc/${method.charAt(0).toUpperCase()}${method.slice(1)}`)
      .toSorted(),
  )
  expect(claims.exp - claims.iat).toBe(3_600)
})

test.each([
  ['a callee it does not declare', 'user', 'order-secret-of-16', 'invalid_target'],
  ['the API of people', 'stoa', 'order-secret-of-16', 'invalid_target'],
  ['a callee with another’s secret', 'pricing', 'everybody-else-16', 'invalid_client'],
  ['a callee without a secret', 'pricing', '', 'invalid_request'],
])('refuses a service a token for %s', async (_what, audience, secret, error) => {
  const asked = { grant_type: 'client_credentials', resource: resourceOf(audience) }
  expect((await post('/oauth2/token', asked, basic('order', secret))).body['error']).toBe(error)
})

test('refuses a service a token for nobody in particular', async () => {
  const asked = { grant_type: 'client_credentials' }
  const { status, body } = await post('/oauth2/token', asked, basic('order', 'order-secret-of-16'))
  expect([status, body['error']]).toEqual([400, 'invalid_target'])
})

test('starts every URL with the issuer, regardless of the address of the request', async () => {
  const metadata = (await (await fetch(`${running.url}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >
  expect(metadata).toMatchObject({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/oauth2/authorize`,
    token_endpoint: `${ISSUER}/oauth2/token`,
    userinfo_endpoint: `${ISSUER}/oauth2/userinfo`,
    jwks_uri: `${ISSUER}/oauth2/jwks`,
    revocation_endpoint: `${ISSUER}/oauth2/revoke`,
    introspection_endpoint: `${ISSUER}/oauth2/introspect`,
    device_authorization_endpoint: `${ISSUER}/oauth2/device/authorize`,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  })
  const resource = await (await fetch(`${running.url}/.well-known/oauth-protected-resource`)).json()
  expect(resource).toMatchObject({ resource: ISSUER, authorization_servers: [ISSUER] })
})

test('publishes no private key', async () => {
  const { keys } = (await (await fetch(`${running.url}/oauth2/jwks`)).json()) as { keys: Record<string, unknown>[] }
  expect(keys).toHaveLength(1)
  expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
})

test('introspects access and service tokens for services alone, and knows an ended session', async () => {
  const { accessToken, refreshToken } = await openSession()
  const asService = basic('order', 'order-secret-of-16')
  const introspect = (token: string, headers?: Record<string, string>) => post('/oauth2/introspect', { token }, headers)
  expect((await introspect(accessToken, asService)).body).toMatchObject({ active: true, sub: ADA.userId, aud: 'stoa' })
  expect((await introspect(refreshToken, asService)).body).toMatchObject({ active: true, sub: ADA.userId })
  expect((await introspect(`${accessToken}x`, asService)).body).toEqual({ active: false })
  expect((await introspect(accessToken)).status).toBe(400)
  const byProgram = (client: string) => post('/oauth2/introspect', { token: accessToken, client_id: client })
  expect((await byProgram('stoa-shop')).body).toMatchObject({ active: true })
  expect((await byProgram('stoa-console')).body).toEqual({ active: false })
  const service = await post(
    '/oauth2/token',
    { grant_type: 'client_credentials', resource: resourceOf('pricing') },
    asService,
  )
  expect((await introspect(service.body['access_token'] ?? '', asService)).body).toMatchObject({
    active: true,
    aud: 'pricing',
  })

  const revoked = await post('/oauth2/revoke', { token: refreshToken, client_id: 'stoa-shop' })
  expect(revoked.status).toBe(200)
  expect((await introspect(accessToken, asService)).body).toEqual({ active: false })
  expect((await refresh(refreshToken)).status).toBe(400)
})

test('ends the session when its access token is revoked, and says so', async () => {
  const { accessToken, refreshToken } = await openSession()
  const session = await sessionOf(accessToken)
  expect(
    (await post('/oauth2/revoke', { token: accessToken, client_id: 'stoa-console' })).status,
  ).toBeGreaterThanOrEqual(200)
  expect((await refresh(refreshToken)).status).toBe(200)
  expect((await post('/oauth2/revoke', { token: accessToken, client_id: 'stoa-shop' })).status).toBe(200)
  expect((await published('session.revoked')).at(-1)).toEqual({ userId: ADA.userId, sessionIds: [session] })
})

test('refuses a token of ours that a foreign key signed at every endpoint', async () => {
  const { accessToken } = await openSession()
  const forged = `${accessToken.slice(0, -8)}AAAAAAAA`
  const outcome: unknown = await Promise.resolve(verifier('stoa').verify(forged)).catch((error: unknown) => error)
  expect(isAppError(outcome, 'auth.token_invalid')).toBe(true)
  const userinfo = await fetch(`${running.url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${forged}` } })
  expect(userinfo.status).toBe(401)
})

test('answered all of that without an error of its own', () => {
  expect(running.errors).toEqual([])
})
