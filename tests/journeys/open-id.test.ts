import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { eventually } from '@stoa/testing'
import { beforeAll, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../../control/auth/tests/browser.ts'
import { ask, newAccount, password } from './shop.ts'
import { allowLoopback, openIdClient, type OpenIdClient } from './open-id-client.ts'
import { system } from './system.ts'

const issuer = system.gatewayUrl
let client: OpenIdClient
beforeAll(async () => {
  client = await openIdClient(issuer)
})

/** Signs an account in by the pages, as a browser does; returns the address that it ended at. */
async function signInAt(url: string, email: string, browser: Browser = openBrowser(issuer, issuer)): Promise<string> {
  const page = await browser.get(url)
  return (await browser.submit(page, { email, password }, { origin: issuer })).url.href
}
async function newSession() {
  const email = await newAccount()
  const { url, finish } = await client.authorize()
  const tokens = await finish(await signInAt(url, email))
  return { email, tokens, access: tokens.access_token, refresh: tokens.refresh_token ?? '' }
}
// loopback has no TLS
// oxlint-disable-next-line typescript/no-deprecated -- deprecated so that it is noticed
const insecure = { [oauth.allowInsecureRequests]: true }
const invalidGrant = { error: 'invalid_grant' }

test('is found by OpenID Connect discovery and by RFC 8414', async () => {
  expect(client.config.serverMetadata()).toMatchObject({
    issuer,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  })
  const options = { ...insecure, algorithm: 'oauth2' } as const
  const found = await oauth.discoveryRequest(new URL(issuer), options)
  const metadata = await oauth.processDiscoveryResponse(new URL(issuer), found)
  expect(metadata.token_endpoint).toBe(`${issuer}/oauth2/token`)
})

test('names its authorization server by RFC 9728, and so do refusals of services', async () => {
  const response = await oauth.resourceDiscoveryRequest(new URL(issuer), insecure)
  const resource = await oauth.processResourceDiscoveryResponse(new URL(issuer), response)
  expect(resource.authorization_servers).toEqual([issuer])
  const metadata = `resource_metadata="${issuer}/.well-known/oauth-protected-resource"`
  const [order = ''] = system.serviceUrls['order'] ?? []
  const challenge = async (authorization?: string) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const response = await fetch(`${order}/api/v1/orders`, { headers })
    return response.headers.get('www-authenticate')
  }
  expect(await challenge()).toBe(`Bearer realm="stoa", ${metadata}`)
  expect(await challenge('Bearer x.y.z')).toBe(`Bearer realm="stoa", error="invalid_token", ${metadata}`)
})

test('signs in by authorization code with PKCE, state, nonce and iss checked; the code is good for one use', async () => {
  const email = await newAccount()
  const { url, finish } = await client.authorize()
  const endedAt = await signInAt(url, email)
  const tokens = await finish(endedAt)
  expect(tokens.claims()).toMatchObject({ iss: issuer, aud: 'stoa-shop', email })
  expect((await ask('GET', '/api/v1/orders', { as: tokens.access_token })).status).toBe(200)
  const who = await oidc.fetchUserInfo(client.config, tokens.access_token, tokens.claims()?.sub ?? '')
  expect(who).toMatchObject({ email, roles: ['customer'] })
  await expect(finish(endedAt)).rejects.toMatchObject(invalidGrant)
  await eventually(async () =>
    expect((await ask('GET', '/api/v1/orders', { as: tokens.access_token })).status).toBe(401),
  )
})

test('issues access tokens as RFC 9068 says', async () => {
  const { access } = await newSession()
  const discovered = await oauth.discoveryRequest(new URL(issuer), insecure)
  const server = await oauth.processDiscoveryResponse(new URL(issuer), discovered)
  const request = new Request(`${issuer}/api/v1/orders`, { headers: { authorization: `Bearer ${access}` } })
  const claims = await oauth.validateJwtAccessToken(server, request, 'stoa', insecure)
  expect(claims).toMatchObject({ iss: issuer, aud: 'stoa', client_id: 'stoa-shop' })
})

test('gives a token without the scope of the API no more than who it is', async () => {
  const { url, finish } = await client.authorize({ scope: 'openid' })
  const { access_token: as } = await finish(await signInAt(url, await newAccount()))
  expect(await ask('GET', '/api/v1/orders', { as })).toMatchObject({
    status: 403,
    body: { code: 'auth.scope_missing', detail: 'The token lacks the scope order:read.' },
  })
})

test('rotates refresh tokens; one used again ends the whole family', async () => {
  const { access, refresh } = await newSession()
  const next = await client.refresh(refresh)
  expect(next.refresh_token).not.toBe(refresh)
  await expect(client.refresh(refresh)).rejects.toMatchObject(invalidGrant)
  await expect(client.refresh(next.refresh_token ?? '')).rejects.toMatchObject(invalidGrant)
  await eventually(async () => expect((await ask('GET', '/api/v1/orders', { as: access })).status).toBe(401))
})

test('introspects and revokes tokens of the client', async () => {
  const { tokens, access, refresh, email } = await newSession()
  expect(await oidc.tokenIntrospection(client.config, access)).toMatchObject({ active: true, email, aud: 'stoa' })
  expect(await oidc.tokenIntrospection(client.config, refresh)).toMatchObject({ active: true })
  await oidc.tokenRevocation(client.config, refresh)
  await expect(client.refresh(refresh)).rejects.toMatchObject(invalidGrant)
  expect(await oidc.tokenIntrospection(client.config, access)).toEqual({ active: false })
  await expect(oidc.fetchUserInfo(client.config, access, tokens.claims()?.sub ?? '')).rejects.toMatchObject({
    status: 401,
  })
})

test('takes a pushed authorization request', async () => {
  const email = await newAccount()
  const { url, finish } = await client.authorize()
  const pushed = await oidc.buildAuthorizationUrlWithPAR(client.config, new URL(url).searchParams)
  expect(pushed.searchParams.get('request_uri')).toMatch(/^urn:ietf:params:oauth:request_uri:/)
  expect((await finish(await signInAt(pushed.href, email))).claims()).toMatchObject({ email })
})

test.each([
  ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
  ['a sign-in without a page', { prompt: 'none' }, 'login_required'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
])('refuses %s as OAuth says', async (_what, fields, error) => {
  const url = new URL((await client.authorize()).url)
  for (const [name, value] of Object.entries(fields)) {
    if (value === '') url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  const { url: endedAt } = await openBrowser(issuer, issuer).get(url.href)
  expect(new URLSearchParams(endedAt.search || endedAt.hash.slice(1)).get('error')).toBe(error)
  expect(endedAt.href.startsWith(`${issuer}/signed-in`)).toBe(true)
})

test('sends nothing to an address that is not the client’s', async () => {
  const url = new URL((await client.authorize()).url)
  url.searchParams.set('redirect_uri', 'https://elsewhere.example/')
  expect((await openBrowser(issuer, issuer).get(url.href)).status).toBe(400)
})

test('refuses a client with a wrong secret as OAuth says', async () => {
  const wrong = new oidc.Configuration(client.config.serverMetadata(), 'order', {}, oidc.ClientSecretBasic('wrong'))
  allowLoopback(wrong)
  await expect(oidc.clientCredentialsGrant(wrong, {})).rejects.toMatchObject({
    status: 401,
    cause: [{ scheme: 'basic' }],
  })
})
