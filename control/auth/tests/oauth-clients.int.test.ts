import { afterAll, beforeAll, expect, test } from 'vitest'
import { ISSUER } from './running-identity.ts'
import { runAuth, type RunningAuth } from './running-service.ts'

let auth: RunningAuth
let token: string
beforeAll(async () => {
  auth = await runAuth()
  token = (await auth.signIn(['admin'])).accessToken
})
afterAll(() => auth.stop())

const path = '/api/v1/oauth-clients'
const shop = {
  name: 'Books and tea',
  applicationType: 'web',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://books.example/signed-in'],
  postLogoutRedirectUris: [],
}
const create = (body: object = { ...shop, isConfidential: true }) => auth.request('POST', path, { token, body })
const ask = (method: string, id: unknown, more: object = {}) =>
  auth.request(method, `${path}/${String(id)}`, { token, ...more })
const refreshAs = async (id: unknown, secret: unknown) => {
  const response = await fetch(`${auth.url}/oauth2/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${String(id)}:${String(secret)}`).toString('base64')}`,
    },
    body: 'grant_type=refresh_token&refresh_token=none',
  })
  return ((await response.json()) as { error: string }).error
}
const mayAuthorize = async (id: unknown, redirectUri: string) => {
  const query = new URLSearchParams({
    client_id: String(id),
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  })
  return (await fetch(`${auth.url}/oauth2/authorize?${query.toString()}`, { redirect: 'manual' })).status === 303
}

test('begins with the clients of the platform, at the issuer', async () => {
  const { body } = await auth.request('GET', path, { token })
  expect(body['items']).toMatchObject([
    { id: 'stoa-cli', isFirstParty: false, isConfidential: false },
    { id: 'stoa-console', isFirstParty: true, redirectUris: [`${ISSUER}/console/signed-in`] },
    { id: 'stoa-shop', isFirstParty: true, redirectUris: [`${ISSUER}/signed-in`] },
  ])
})

test('registers a client, whose secret is shown once and proves it', async () => {
  const made = await create()
  expect(made.status).toBe(201)
  const { id, secret } = made.body
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect((await ask('GET', id)).body).not.toHaveProperty('secret')
  expect(await refreshAs(id, secret)).toBe('invalid_grant')
  expect(await refreshAs(id, 'wrong')).toBe('invalid_client')
  expect(await mayAuthorize(id, 'https://books.example/signed-in')).toBe(true)
  expect(await mayAuthorize(id, 'https://elsewhere.example/')).toBe(false)
})

test('replaces a secret: the new one counts at once, the earlier one no more', async () => {
  const { id, secret } = (await create()).body
  const rotated = await auth.request('POST', `${path}/${String(id)}/secret`, { token })
  expect(rotated.status).toBe(201)
  expect(await refreshAs(id, secret)).toBe('invalid_client')
  expect(await refreshAs(id, rotated.body['secret'])).toBe('invalid_grant')
  const publicOne = await create({ ...shop, isConfidential: false })
  expect(publicOne.body).not.toHaveProperty('secret')
  expect((await auth.request('POST', `${path}/${String(publicOne.body['id'])}/secret`, { token })).status).toBe(409)
})

test('changes a client, under its version', async () => {
  const { id } = (await create()).body
  const body = { ...shop, redirectUris: ['https://other.example/'] }
  expect((await ask('PUT', id, { body })).status).toBe(428)
  expect((await ask('PUT', id, { body, headers: { 'if-match': '"1"' } })).status).toBe(200)
  expect((await ask('PUT', id, { body, headers: { 'if-match': '"1"' } })).status).toBe(412)
  expect(await mayAuthorize(id, 'https://other.example/')).toBe(true)
  expect(await mayAuthorize(id, 'https://books.example/signed-in')).toBe(false)
})

test('deletes a client, but none that the platform signs people in with', async () => {
  const { id } = (await create()).body
  expect((await ask('DELETE', id, { headers: { 'if-match': '*' } })).status).toBe(204)
  expect((await ask('GET', id)).status).toBe(404)
  expect(await mayAuthorize(id, 'https://books.example/signed-in')).toBe(false)
  expect((await ask('DELETE', 'stoa-shop', { headers: { 'if-match': '*' } })).body['code']).toBe(
    'auth.client_first_party',
  )
})

test.each([
  [{ redirectUris: ['http://books.example/'] }, '/redirectUris/0'],
  [{ redirectUris: [] }, '/redirectUris'],
  [{ postLogoutRedirectUris: ['javascript:alert(1)'] }, '/postLogoutRedirectUris/0'],
])('refuses a client with %j', async (change, pointer) => {
  const refused = await create({ ...shop, ...change, isConfidential: false })
  expect(refused.body).toMatchObject({ status: 422, code: 'auth.client_invalid', errors: [{ pointer }] })
})

test('lets admins alone manage clients', async () => {
  const { accessToken } = await auth.signIn(['manager'])
  expect((await auth.request('GET', path, { token: accessToken })).status).toBe(403)
})
