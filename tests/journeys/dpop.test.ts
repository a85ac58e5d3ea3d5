import { eventually } from '@stoa/testing'
import * as oidc from 'openid-client'
import { beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../control/auth/tests/browser.ts'
import { openIdClient, type OpenIdClient } from './open-id-client.ts'
import { newAccount, password } from './shop.ts'
import { system } from './system.ts'

const issuer = system.gatewayUrl
const orders = `${issuer}/api/v1/orders`
let client: OpenIdClient
let key: oidc.CryptoKeyPair
beforeAll(async () => {
  client = await openIdClient(issuer)
  key = await oidc.randomDPoPKeyPair('ES256')
})

/** Signs an account in with a key of the program. */
async function signIn() {
  const email = await newAccount()
  const { url, finish } = await client.authorize()
  const browser = openBrowser(issuer, issuer)
  const endedAt = await browser.submit(await browser.get(url), { email, password }, { origin: issuer })
  const DPoP = oidc.getDPoPHandle(client.config, key)
  return { email, DPoP, tokens: await finish(endedAt.url.href, { DPoP }) }
}

async function codeOf(headers: Record<string, string>, url = orders) {
  const response = await fetch(url, { headers })
  const { code } = (await response.json()) as { readonly code?: string }
  return [response.status, code]
}

test('a program whose token is bound to its key calls the API and userinfo with proofs', async () => {
  const { email, DPoP, tokens } = await signIn()
  expect(client.config.serverMetadata().dpop_signing_alg_values_supported).toContain('ES256')
  expect(tokens.token_type).toBe('dpop')
  const { access_token: token } = tokens
  for (let time = 0; time < 2; time++) {
    const response = await oidc.fetchProtectedResource(
      client.config,
      token,
      new URL(`${orders}?limit=1`),
      'GET',
      null,
      undefined,
      { DPoP },
    )
    expect([response.status, await response.json()]).toMatchObject([200, { items: [] }])
  }
  const placed = await oidc.fetchProtectedResource(
    client.config,
    token,
    new URL(`${issuer}/api/v1/carts`),
    'POST',
    JSON.stringify({ region: 'DE', currency: 'EUR' }),
    new Headers({ 'content-type': 'application/json' }),
    { DPoP },
  )
  expect(placed.status).toBe(201)
  const subject = tokens.claims()?.sub ?? ''
  expect(await oidc.fetchUserInfo(client.config, token, subject, { DPoP })).toMatchObject({ email })
  expect(await oidc.tokenIntrospection(client.config, token)).toMatchObject({
    active: true,
    token_type: 'DPoP',
    cnf: { jkt: await DPoP.calculateThumbprint() },
  })
})

test('a stolen token is worth nothing without its key, and a stolen proof is good for no other request', async () => {
  const { DPoP, tokens } = await signIn()
  const { access_token: token } = tokens
  expect(await codeOf({ authorization: `Bearer ${token}` })).toEqual([401, 'auth.token_invalid'])
  expect(await codeOf({ authorization: `DPoP ${token}` })).toEqual([401, 'auth.proof_invalid'])
  expect(await codeOf({ authorization: `DPoP ${token}`, dpop: 'a.b.c' })).toEqual([401, 'auth.proof_invalid'])
  // the service of a public route shows some accounts more, and knows no proofs
  const products = `${issuer}/api/v1/products`
  expect(await codeOf({ authorization: `Bearer ${token}` }, products)).toEqual([401, 'auth.token_invalid'])
  expect(await codeOf({ authorization: `DPoP ${token}` }, products)).toEqual([401, 'auth.proof_invalid'])
  const userinfo = await fetch(`${issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  expect(userinfo.status).toBe(401)

  const seen: Record<string, string>[] = []
  client.config[oidc.customFetch] = (url, options) => {
    seen.push(Object.fromEntries(new Headers(options.headers)))
    return fetch(url, options as RequestInit)
  }
  await oidc.fetchProtectedResource(client.config, token, new URL(orders), 'GET', null, undefined, { DPoP })
  const [{ authorization = '', dpop = '' } = {}] = seen
  expect(await codeOf({ authorization, dpop })).toEqual([401, 'auth.proof_invalid'])
  const challenge = (await fetch(orders, { headers: { authorization, dpop } })).headers.get('www-authenticate')
  expect(challenge).toContain('DPoP realm="stoa", error="invalid_dpop_proof", algs="ES256 Ed25519 EdDSA"')
})

test('a refresh token that is bound to a key is exchanged with a proof of it alone, and signing out ends the access token', async () => {
  const { DPoP, tokens } = await signIn()
  const refresh = tokens.refresh_token ?? ''
  await expect(client.refresh(refresh)).rejects.toMatchObject({ error: 'invalid_grant' })
  const other = oidc.getDPoPHandle(client.config, await oidc.randomDPoPKeyPair('ES256'))
  await expect(oidc.refreshTokenGrant(client.config, refresh, undefined, { DPoP: other })).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const renewed = await oidc.refreshTokenGrant(client.config, refresh, undefined, { DPoP })
  const call = () =>
    oidc.fetchProtectedResource(client.config, renewed.access_token, new URL(orders), 'GET', null, undefined, { DPoP })
  expect((await call()).status).toBe(200)
  await oidc.tokenRevocation(client.config, renewed.refresh_token ?? '')
  await eventually(async () => await expect(call()).rejects.toMatchObject({ status: 401 }))
})
