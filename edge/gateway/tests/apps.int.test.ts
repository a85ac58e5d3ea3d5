import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppSession } from '@stoa/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

const issuer = 'https://shop.example'
const folder = mkdtempSync(join(tmpdir(), 'stoa-app-'))
let gateway: GatewayUnderTest
/** The refresh tokens that the authorization server knows, with the access token of each. */
let sessions: Map<string, string>

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<meta content="{origin}"><script nonce="{nonce}"></script>')
  writeFileSync(join(folder, 'assets/index-1234.js'), 'export {}')
  gateway = await gatewayUnderTest({ APP_FOLDERS: `console=${folder}`, AUTH_ISSUER: issuer })
})
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  sessions = new Map()
  gateway.upstream.requests.length = 0
  gateway.upstream.answer = (request, response) => {
    const { body } = gateway.upstream.requests.at(-1) ?? { body: '' }
    const [status, answer] = (request.url ?? '').startsWith('/oauth2/')
      ? tokenEndpoint(request.url ?? '', body)
      : [200, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }
})

function tokenEndpoint(url: string, body: string): [number, object] {
  const fields = new URLSearchParams(body)
  const token = fields.get('refresh_token') ?? fields.get('token') ?? ''
  if (url === '/oauth2/revoke') return [sessions.delete(token) ? 200 : 400, {}]
  const code = fields.get('code')
  if (code === 'good') sessions.set('refresh-good', 'admin-grace')
  const accessToken = sessions.get(code === null ? token : `refresh-${code}`)
  if (accessToken === undefined) return [400, { error: 'invalid_grant' }]
  return [200, { access_token: accessToken, refresh_token: code === null ? token : `refresh-${code}`, expires_in: 900 }]
}

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, { headers, redirect: 'manual' })

const ofConsole = { 'stoa-app': 'console' }

/** The cookies that a response sets, as a browser sends them back. */
function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .filter((cookie) => !/Max-Age=0/.test(cookie))
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

async function begin(to: string) {
  const begun = await get(`/console/session/sign-in?to=${encodeURIComponent(to)}`)
  const location = new URL(begun.headers.get('location') ?? '')
  return { location, cookie: cookiesOf(begun), state: location.searchParams.get('state') ?? '' }
}

const finish = (cookie: string, fields: Record<string, string>) =>
  get(`/console/session/signed-in?${new URLSearchParams({ iss: issuer, ...fields }).toString()}`, { cookie })

async function signIn(to = '/console/') {
  const { cookie, state } = await begin(to)
  return finish(cookie, { code: 'good', state })
}

test('serves the files of an app forever, and its start page for every address of its own', async () => {
  const asset = await get('/console/assets/index-1234.js')
  expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
  expect((await get('/console/assets/index-old.js')).status).toBe(404)
  expect((await get('/consoles')).status).toBe(404)
  expect((await fetch(`${gateway.url}/console/orders`, { method: 'POST' })).status).toBe(405)
  for (const path of ['/console', '/console/', '/console/orders/1']) {
    const page = await get(path)
    expect([page.status, page.headers.get('cache-control')], path).toEqual([200, 'no-store'])
  }
})

test('each page has a nonce of its own in a policy without unsafe-inline', async () => {
  const pages = await Promise.all([get('/console/'), get('/console/')])
  const nonces = await Promise.all(
    pages.map(async (page) => {
      const policy = page.headers.get('content-security-policy') ?? ''
      expect(policy).not.toContain('unsafe')
      const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? []
      expect(await page.text()).toBe(`<meta content="${issuer}"><script nonce="${nonce}"></script>`)
      return nonce
    }),
  )
  expect(new Set(nonces).size).toBe(2)
})

test('says plainly that an app is not built', async () => {
  const other = await gatewayUnderTest()
  const page = await fetch(`${other.url}/console/`)
  expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('is not built')])
  await other.stop()
})

test('signs in by code with PKCE, and returns to the page that was asked for', async () => {
  const { location, cookie, state } = await begin('/console/orders?status=pending')
  expect(location.origin + location.pathname).toBe(`${issuer}/oauth2/authorize`)
  expect(Object.fromEntries(location.searchParams)).toMatchObject({
    client_id: 'gateway',
    redirect_uri: `${issuer}/console/session/signed-in`,
    code_challenge_method: 'S256',
  })
  const done = await finish(cookie, { code: 'good', state })
  expect(done.headers.get('location')).toBe('/console/orders?status=pending')
  const session = done.headers.getSetCookie().find((each) => each.startsWith('__Host-stoa-session='))
  expect(session).toMatch(/; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/)
  expect(session).not.toContain('refresh-good')
})

test('sign-ins of several tabs end each in its own page, and a page of another site ends none', async () => {
  const first = await begin('/console/orders')
  const second = await get('/console/session/sign-in?to=/console/sagas', { cookie: first.cookie })
  const cookie = cookiesOf(second)
  const state = new URL(second.headers.get('location') ?? '').searchParams.get('state') ?? ''
  const foreign = await finish(cookie, { code: 'good', state: 'guessed' })
  expect(foreign.headers.getSetCookie()).toEqual([])
  const done = await finish(cookie, { code: 'good', state: first.state })
  expect(done.headers.get('location')).toBe('/console/orders')
  const left = cookiesOf(done)
  expect((await finish(left, { code: 'good', state })).headers.get('location')).toBe('/console/sagas')
  // each state is used once
  expect((await finish(left, { code: 'good', state: first.state })).headers.get('location')).toContain('failed')
})

test('the cookie of sign-ins stays small enough for browsers', async () => {
  let cookie = ''
  for (let tab = 0; tab < 6; tab++) {
    const to = `/console/orders?text=${'x'.repeat(tab === 0 ? 3_000 : 470)}`
    const begun = await get(`/console/session/sign-in?to=${encodeURIComponent(to)}`, { cookie })
    cookie = cookiesOf(begun)
    expect(begun.headers.getSetCookie()[0]?.length).toBeLessThan(4_096)
  }
})

test.each([
  'https://elsewhere.example/',
  '//elsewhere.example',
  '/api/v1/orders',
  '/console/../api',
  '/\\elsewhere.example',
])('does not return to %s', async (to) => {
  const { cookie, state } = await begin(to)
  expect((await finish(cookie, { code: 'good', state })).headers.get('location')).toBe('/console/')
})

test('refuses a code with another state, of another issuer, without its cookie, or that is not valid', async () => {
  const { cookie, state } = await begin('/console/')
  const attempts = [
    finish(cookie, { code: 'good', state: `${state}x` }),
    finish(cookie, { code: 'good', state, iss: 'https://elsewhere.example' }),
    finish('', { code: 'good', state }),
    finish(cookie, { code: 'bad', state }),
    finish(cookie, { error: 'access_denied', state }),
  ]
  for (const { headers } of await Promise.all(attempts)) {
    expect(headers.get('location')).toBe('/console/?sign-in=failed')
    expect(headers.getSetCookie().join()).not.toContain('session=')
  }
})

test('exchanges the cookie for a token, which alone reaches the service', async () => {
  const cookie = `theme=dark; ${cookiesOf(await signIn())}`
  gateway.upstream.requests.length = 0
  const answer = await get('/api/v1/orders', { cookie, ...ofConsole })
  expect(answer.status).toBe(200)
  const headers = gateway.upstream.requests[0]?.headers
  expect([headers?.authorization, headers?.cookie]).toEqual(['Bearer admin-grace', 'theme=dark'])
})

test('takes the cookie only from a page of its own', async () => {
  const cookie = cookiesOf(await signIn())
  const change = (headers: Record<string, string>) =>
    fetch(`${gateway.url}/api/v1/orders/01920000-0000-7000-8000-000000000001/picked`, {
      method: 'POST',
      headers: { cookie, ...headers },
    })
  expect((await change({})).status).toBe(401)
  expect((await change(ofConsole)).status).toBe(403)
  expect((await change({ ...ofConsole, origin: 'https://elsewhere.example' })).status).toBe(403)
  expect((await change({ ...ofConsole, origin: issuer, 'sec-fetch-site': 'same-site' })).status).toBe(403)
  expect((await change({ ...ofConsole, origin: issuer, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  expect((await change({ ...ofConsole, origin: issuer })).status).toBe(200)
})

test('a cookie that was changed, or sent twice, signs no one in', async () => {
  const cookie = cookiesOf(await signIn())
  const changed = cookie.slice(0, -3) + (cookie.endsWith('AAA') ? 'BBB' : 'AAA')
  expect((await get('/api/v1/orders', { cookie: changed, ...ofConsole })).status).toBe(401)
  expect((await get('/api/v1/orders', { cookie: `${cookie}; ${cookie}`, ...ofConsole })).status).toBe(401)
})

test('requests at once refresh the token once; an ended session is anonymous', async () => {
  const cookie = cookiesOf(await signIn())
  const other = await gatewayUnderTest({ AUTH_ISSUER: issuer, AUTH_URL: `http://127.0.0.1:${gateway.upstream.port}` })
  gateway.upstream.requests.length = 0
  const asked = () => fetch(`${other.url}/api/v1/orders`, { headers: { cookie, ...ofConsole } })
  const answers = await Promise.all([asked(), asked(), asked()])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(gateway.upstream.requests.filter(({ url }) => url === '/oauth2/token')).toHaveLength(1)
  await other.stop()

  sessions.clear()
  const third = await gatewayUnderTest({ AUTH_ISSUER: issuer, AUTH_URL: `http://127.0.0.1:${gateway.upstream.port}` })
  expect((await fetch(`${third.url}/api/v1/orders`, { headers: { cookie, ...ofConsole } })).status).toBe(401)
  await third.stop()
})

test('without its authorization server it says that it is unavailable', async () => {
  const cookie = cookiesOf(await signIn())
  const other = await gatewayUnderTest({ AUTH_ISSUER: issuer, AUTH_URL: 'http://127.0.0.1:9' })
  expect((await fetch(`${other.url}/api/v1/orders`, { headers: { cookie, ...ofConsole } })).status).toBe(503)
  expect((await fetch(`${other.url}/api/v1/products`, { headers: { cookie } })).status).toBe(200)
  await other.stop()
})

test('a session has not ended because its authorization server is busy', async () => {
  const cookie = cookiesOf(await signIn())
  const other = await gatewayUnderTest({ AUTH_ISSUER: issuer, AUTH_URL: `http://127.0.0.1:${gateway.upstream.port}` })
  const { answer } = gateway.upstream
  gateway.upstream.answer = (_, response) => void response.writeHead(429).end()
  const asked = () => fetch(`${other.url}/console/session`, { headers: { cookie, ...ofConsole } })
  expect((await asked()).status).toBe(503)
  gateway.upstream.answer = answer
  expect((await asked()).status).toBe(200)
  await other.stop()
})

test('shows who is signed in and what the account may do, and signs out', async () => {
  expect((await get('/console/session', ofConsole)).status).toBe(401)
  const cookie = cookiesOf(await signIn())
  expect((await get('/console/session', { cookie })).status).toBe(401)
  const shown = (await (await get('/console/session', { cookie, ...ofConsole })).json()) as AppSession
  expect(shown).toMatchObject({ accountId: 'grace', roles: ['admin'], environment: 'development' })
  expect(shown.permissions).toContain('ops')

  const signOut = (headers: Record<string, string>) =>
    fetch(`${gateway.url}/console/session/sign-out`, { method: 'POST', headers: { cookie, ...headers } })
  expect((await signOut(ofConsole)).status).toBe(403)
  const done = await signOut({ ...ofConsole, origin: issuer })
  expect([done.status, done.headers.getSetCookie().join()]).toEqual([200, expect.stringContaining('Max-Age=0')])
  expect(sessions.size).toBe(0)
  expect((await get('/api/v1/orders', { cookie, ...ofConsole })).status).toBe(401)
})
