import { hash, randomBytes } from 'node:crypto'
import { systemClock } from '@stoa/kernel'
import { createTokenVerifier, fetchKeys } from '@stoa/security'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, type Browser, type Visit } from './browser.ts'
import { ADA, ISSUER, PASSWORD, runIdentity, type RunningIdentity } from './running-identity.ts'

let running: RunningIdentity
beforeAll(async () => {
  running = await runIdentity()
})
afterAll(() => running.stop())

const redirect = `${ISSUER}/signed-in`
const newBrowser = () => openBrowser(ISSUER, running.url)
const authorizeUrl = (fields: Record<string, string> = {}) =>
  `/oauth2/authorize?${new URLSearchParams({
    client_id: 'stoa-shop',
    response_type: 'code',
    redirect_uri: redirect,
    scope: 'openid email profile stoa',
    state: 'the-state',
    ...fields,
  }).toString()}`
const proof = () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, fields: { code_challenge: hash('sha256', verifier, 'base64url'), code_challenge_method: 'S256' } }
}
const token = async (fields: Record<string, string>) => {
  const response = await fetch(`${running.url}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}
const exchange = (code: string, verifier: string) =>
  token({
    grant_type: 'authorization_code',
    client_id: 'stoa-shop',
    redirect_uri: redirect,
    code,
    code_verifier: verifier,
  })
const signIn = (browser: Browser, page: Visit, password = PASSWORD) =>
  browser.submit(page, { email: ADA.email, password })
const codeIn = (visit: Visit) => visit.url.searchParams.get('code') ?? ''
const userinfo = async (accessToken: string) => {
  const response = await fetch(`${running.url}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  return { status: response.status, body: await response.json() }
}

test('signs a person in by authorization code and PKCE, without asking for consent to our own shop', async () => {
  const browser = newBrowser()
  const { verifier, fields } = proof()
  const page = await browser.get(authorizeUrl(fields))
  expect(page.text).toContain('<label for="password">')
  const done = await signIn(browser, page)
  expect(done.url.href).toMatch(/^http:\/\/127\.0\.0\.1:8080\/signed-in\?code=/)
  expect(done.url.searchParams.get('state')).toBe('the-state')
  const { status, body } = await exchange(codeIn(done), verifier)
  expect(status).toBe(200)
  const claims = await createTokenVerifier({
    issuer: ISSUER,
    audience: 'stoa',
    clock: systemClock,
    loadKeys: fetchKeys(() => `${running.url}/oauth2/jwks`),
  }).verify(body['access_token'] ?? '')
  expect(claims).toMatchObject({ sub: ADA.userId, email: ADA.email, roles: ADA.roles, tier: ADA.tier })
  expect(claims.scope?.split(' ').toSorted()).toEqual(['email', 'openid', 'profile', 'stoa'])
  expect(decodeJwt(body['id_token'] ?? '')).toMatchObject({
    auth_time: expect.any(Number),
    email_verified: true,
    name: 'Ada Lovelace',
  })
  expect(body['refresh_token']).toMatch(/^[\w-]{20,}$/)
  const { email, roles, tier } = ADA
  expect(await userinfo(body['access_token'] ?? '')).toEqual({
    status: 200,
    body: {
      sub: ADA.userId,
      email,
      email_verified: true,
      roles,
      tier,
      name: 'Ada Lovelace',
      locale: 'en',
      updated_at: 1_800_000_000,
    },
  })
})

test('sends the page with a policy that lets nothing in and nobody frame it', async () => {
  const page = await newBrowser().get(authorizeUrl(proof().fields))
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
  expect(page.headers.get('cache-control')).toBe('no-store')
  expect(page.text).toContain('<html lang="en">')
})

test('keeps its cookies from scripts and from other sites, signed', async () => {
  const browser = newBrowser()
  await signIn(browser, await browser.get(authorizeUrl(proof().fields)))
  const cookies = browser.cookies()
  expect(cookies.some((cookie) => cookie.startsWith('_session.sig'))).toBe(true)
  for (const cookie of cookies) expect(cookie).toMatch(/samesite=lax; httponly/)
})

test('tells a wrong password from nothing else, and lets retry', async () => {
  const browser = newBrowser()
  const { verifier, fields } = proof()
  const page = await browser.get(authorizeUrl(fields))
  const again = await signIn(browser, page, 'wrong')
  expect(again.status).toBe(401)
  expect(again.text).toContain('The e-mail address or the password is wrong.')
  expect(again.text).toContain(`value="${ADA.email}"`)
  const unknown = await browser.submit(page, { email: 'nobody@stoa.example', password: PASSWORD })
  expect(unknown.text.replace('nobody@stoa.example', ADA.email)).toBe(again.text)
  const done = await signIn(browser, { ...again, url: page.url })
  expect((await exchange(codeIn(done), verifier)).status).toBe(200)
})

test('refuses a form that another site sends, and one without the browser’s own cookie', async () => {
  const browser = newBrowser()
  const page = await browser.get(authorizeUrl(proof().fields))
  const fields = { email: ADA.email, password: PASSWORD }
  expect((await browser.submit(page, fields, { origin: 'http://evil.example' })).status).toBe(403)
  const stranger = await newBrowser().submit(page, fields)
  expect([stranger.status, stranger.text.includes('expired')]).toEqual([400, true])
})

test('continues by GET from an authorization request that is posted', async () => {
  const browser = newBrowser()
  const { verifier, fields } = proof()
  const posted = await fetch(`${running.url}/oauth2/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: authorizeUrl(fields).split('?')[1] ?? '',
    redirect: 'manual',
  })
  expect(posted.status).toBe(303)
  const page = await browser.get(posted.headers.get('location') ?? '')
  const done = await signIn(browser, page)
  expect((await exchange(codeIn(done), verifier)).status).toBe(200)
})

test.each([
  '/oauth2/authorize/unheard-of',
  '/oauth2/authorize/unheard-of?client_id=stoa-shop',
  '/oauth2/device/unheard-of',
])('reports a missing session to a browser that returns to %s without one', async (path) => {
  for (const headers of [
    { accept: 'text/html' },
    { accept: 'application/json' },
    { cookie: '_session=x; _interaction_resume=%00' },
  ]) {
    const { status, headers: answered } = await fetch(running.url + path, { headers, redirect: 'manual' })
    const said = status === 303 ? answered.get('location') : answered.get('content-type')
    expect(said).toMatch(/\/oauth2\/device$|^(text\/html|application\/json)/)
    expect([303, 400]).toContain(status)
  }
})

test('shows a page to one who posts to the device page without its cookie', async () => {
  const posted = await fetch(`${running.url}/oauth2/device`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'user_code=AAAA-BBBB',
  })
  expect([posted.status, posted.url]).toEqual([200, `${running.url}/oauth2/device`])
  expect(await posted.text()).toContain('<label for="user_code">')
})

test('leaves it to the gateway which origins may read', async () => {
  const origin = 'https://shop.example'
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin }
  const body = 'grant_type=refresh_token&client_id=stoa-shop&refresh_token=none'
  for (const response of [
    await fetch(`${running.url}/oauth2/jwks`, { headers: { origin } }),
    await fetch(`${running.url}/.well-known/openid-configuration`, { headers: { origin } }),
    await fetch(`${running.url}/oauth2/token`, { method: 'POST', headers: form, body }),
  ]) {
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(await response.text()).not.toContain('origin')
  }
})

test('escapes what the address puts into the page', async () => {
  const page = await newBrowser().get(authorizeUrl({ ...proof().fields, login_hint: '"><script>alert(1)</script>' }))
  expect(page.text).not.toContain('<script>')
  expect(page.text).toContain('&quot;&gt;&lt;script&gt;')
})

test.each([
  ['without PKCE', {}, 'invalid_request'],
  ['with plain PKCE', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
  ['by the implicit flow', { response_type: 'token', ...proof().fields }, 'unsupported_response_type'],
])('refuses to authorize %s', async (_what, fields, error) => {
  const visit = await newBrowser().get(authorizeUrl(fields))
  expect(new URLSearchParams(visit.url.search || visit.url.hash.slice(1)).get('error')).toBe(error)
})

test('sends a code only to where the client is known to be', async () => {
  const visit = await newBrowser().get(authorizeUrl({ ...proof().fields, redirect_uri: 'http://evil.example/' }))
  expect([visit.status, visit.url.origin]).toEqual([400, ISSUER])
})

test('takes a code once, with its verifier; a second use ends what came of the first', async () => {
  const browser = newBrowser()
  const { verifier, fields } = proof()
  const code = codeIn(await signIn(browser, await browser.get(authorizeUrl(fields))))
  expect((await exchange(code, 'y'.repeat(43))).body).toMatchObject({ error: 'invalid_grant' })
  const other = proof()
  const second = codeIn(await browser.get(authorizeUrl(other.fields)))
  const first = await exchange(second, other.verifier)
  expect(first.status).toBe(200)
  expect(await exchange(second, other.verifier)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  const stale = {
    grant_type: 'refresh_token',
    client_id: 'stoa-shop',
    refresh_token: first.body['refresh_token'] ?? '',
  }
  expect(await token(stale)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  expect(verifier).not.toBe(other.verifier)
})

test('signs a device in: code shown there, confirmed and consented to here, and not before', async () => {
  const device = await fetch(`${running.url}/oauth2/device/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: 'stoa-cli', scope: 'stoa' }).toString(),
  })
  const started = (await device.json()) as { device_code: string; user_code: string; verification_uri: string }
  expect(started.verification_uri).toBe(`${ISSUER}/oauth2/device`)
  const poll = () =>
    token({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'stoa-cli',
      device_code: started.device_code,
    })
  expect((await poll()).body).toMatchObject({ error: 'authorization_pending' })
  const browser = newBrowser()
  const input = await browser.get('/oauth2/device')
  expect(input.text).toContain('<label for="user_code">')
  expect((await browser.submit(input, { user_code: 'WRONG-CODE' })).text).toContain('The code is wrong')
  const confirm = await browser.submit(await browser.get('/oauth2/device'), { user_code: started.user_code })
  expect(confirm.text).toContain(started.user_code)
  const login = await browser.submit(confirm, { user_code: started.user_code, confirm: 'yes' })
  const consent = await signIn(browser, login)
  expect(consent.text).toContain('full access to your account')
  const done = await browser.submit(consent, { decision: 'allow' })
  expect(done.text).toContain('Your device is connected')
  const { status, body } = await poll()
  expect([status, body['scope']]).toEqual([200, 'stoa'])
})

test('gives no program the scope service:internal, and words what it does give', async () => {
  const started = await startDevice({ client_id: 'stoa-cli', scope: 'service:internal order:read' })
  const browser = newBrowser()
  const confirm = await browser.submit(await browser.get('/oauth2/device'), { user_code: started.user_code })
  const login = await browser.submit(confirm, { user_code: started.user_code, confirm: 'yes' })
  const consent = await signIn(browser, login)
  expect(consent.text).toContain('<li>read your orders</li>')
  expect(consent.text).not.toContain('service:internal')
  await browser.submit(consent, { decision: 'allow' })
  const { body } = await token({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: 'stoa-cli',
    device_code: started.device_code,
  })
  expect(body['scope']).toBe('order:read')
})

const startDevice = async (fields: Record<string, string>) => {
  const response = await fetch(`${running.url}/oauth2/device/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
  return (await response.json()) as { device_code: string; user_code: string }
}

const parameters =
  `acr_values api_key claims client_id client_secret code code_challenge code_verifier device_code display
  grant_type id_token_hint login_hint nonce post_logout_redirect_uri prompt redirect_uri refresh_token request
  request_uri resource response_mode response_type scope state token token_type_hint ui_locales user_code xsrf`.split(
    /\s+/,
  )

test.each([
  [
    'GET',
    '/oauth2/authorize',
    { client_id: 'stoa-shop', response_type: 'code', redirect_uri: redirect, ...proof().fields },
  ],
  ['POST', '/oauth2/par', { client_id: 'stoa-shop', response_type: 'code', redirect_uri: redirect, ...proof().fields }],
  ['GET', '/oauth2/logout', { client_id: 'stoa-shop', state: 'x' }],
  ['POST', '/oauth2/token', { client_id: 'stoa-shop', grant_type: 'refresh_token', refresh_token: 'x' }],
  ['POST', '/oauth2/token', { client_id: 'stoa-shop', grant_type: 'authorization_code', code: 'x' }],
  [
    'POST',
    '/oauth2/token',
    { client_id: 'stoa-cli', grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'x' },
  ],
  ['POST', '/oauth2/device/authorize', { client_id: 'stoa-cli', scope: 'openid' }],
  ['POST', '/oauth2/device', { user_code: 'x' }],
  ['POST', '/oauth2/revoke', { client_id: 'stoa-shop', token: 'x' }],
  ['POST', '/oauth2/introspect', { client_id: 'stoa-shop', token: 'x' }],
])('rejects text that cannot be stored in every parameter of %s %s', async (method, path, fields) => {
  for (const name of parameters) {
    const form = new URLSearchParams({ ...fields, [name]: 'a\0b' }).toString()
    const isGet = method === 'GET'
    const answer = await fetch(`${running.url}${path}${isGet ? `?${form}` : ''}`, {
      method,
      redirect: 'manual',
      ...(isGet ? {} : { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form }),
    })
    expect(answer.status, `${name}: ${await answer.text()}`).toBeLessThan(500)
  }
  expect(running.errors).toEqual([])
})

test('shows the sign-in page again for an address or password that cannot be stored', async () => {
  const browser = newBrowser()
  const page = await browser.get(authorizeUrl(proof().fields))
  const again = await browser.submit(page, { email: 'ada\0@stoa.example', password: 'x' })
  expect([again.status, again.text]).toEqual([
    401,
    expect.stringContaining('The e-mail address or the password is wrong'),
  ])
})

test('does not let a program act for one who says no', async () => {
  const device = await fetch(`${running.url}/oauth2/device/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: 'stoa-cli', scope: 'stoa' }).toString(),
  })
  const started = (await device.json()) as { device_code: string; user_code: string }
  const browser = newBrowser()
  const confirm = await browser.submit(await browser.get('/oauth2/device'), { user_code: started.user_code })
  const login = await browser.submit(confirm, { user_code: started.user_code, confirm: 'yes' })
  await browser.submit(await signIn(browser, login), { decision: 'deny' })
  const polled = await token({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: 'stoa-cli',
    device_code: started.device_code,
  })
  expect(polled.body).toMatchObject({ error: 'access_denied' })
})

test('signs out of the browser, and ends the sessions signed in to by it', async () => {
  const browser = newBrowser()
  const { verifier, fields } = proof()
  const code = codeIn(await signIn(browser, await browser.get(authorizeUrl(fields))))
  const { body } = await exchange(code, verifier)
  const page = await browser.get('/oauth2/logout')
  expect(page.text).toContain('Sign out?')
  expect((await browser.submit(page, { logout: 'yes' })).text).toContain('You are signed out')
  expect((await userinfo(body['access_token'] ?? '')).status).toBe(401)
  const stale = { grant_type: 'refresh_token', client_id: 'stoa-shop', refresh_token: body['refresh_token'] ?? '' }
  expect((await token(stale)).status).toBe(400)
})

test('answered all of that without an error of its own', () => {
  expect(running.errors).toEqual([])
})

test('asks for each scope of another program once, under its name, and never for nothing', async () => {
  await running.database.database.transaction(
    (tx) => tx.sql`
      insert into oauth_client (id, name, application_type, grant_types, redirect_uris, post_logout_redirect_uris,
        is_first_party, created_at, updated_at)
      values ('foreign', 'Foreign <b>', 'native', '{authorization_code}', '{http://127.0.0.1/back}', '{}', false, now(), now())`,
  )
  const browser = newBrowser()
  const ask = async (scope: string) => {
    const foreign = { client_id: 'foreign', redirect_uri: 'http://127.0.0.1/back', scope }
    return browser.get(authorizeUrl({ ...foreign, ...proof().fields }))
  }
  const asked = (visit: Visit) => [...visit.text.matchAll(/<li>(.*?)<\/li>/g)].map(([, words]) => words)
  const first = await signIn(browser, await ask('openid email profile'))
  expect(first.text).toContain('<h1>Allow Foreign &lt;b&gt; to use your account?</h1>')
  expect(asked(first)).toHaveLength(3)
  const allowed = await browser.submit(first, { decision: 'allow' })
  expect(codeIn(allowed)).not.toBe('')
  expect(asked(await ask('openid nonsense'))).toHaveLength(1)
})

test('names in its metadata every scope that a program may ask for', async () => {
  for (const name of ['openid-configuration', 'oauth-authorization-server', 'oauth-protected-resource']) {
    const response = await fetch(`${running.url}/.well-known/${name}`)
    const { scopes_supported: scopes } = (await response.json()) as { scopes_supported: string[] }
    expect(scopes).toEqual(expect.arrayContaining(['openid', 'profile', 'offline_access', 'stoa', 'order:read']))
    expect(scopes).not.toContain('service:internal')
    expect(new Set(scopes).size).toBe(scopes.length)
  }
})
