import { hash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openBrowser, type Browser, type Visit } from './browser.ts'
import { ADA, CODE, ISSUER, PASSWORD, runIdentity, type RunningIdentity } from './running-identity.ts'

let running: RunningIdentity
beforeAll(async () => {
  running = await runIdentity()
  running.withCode.add(ADA.userId)
})
afterAll(() => running.stop())

const redirect = `${ISSUER}/signed-in`
const newBrowser = () => openBrowser(ISSUER, running.url)
const begin = async (browser: Browser) => {
  const verifier = randomBytes(32).toString('base64url')
  const page = await browser.get(
    `/oauth2/authorize?${new URLSearchParams({
      client_id: 'stoa-shop',
      response_type: 'code',
      redirect_uri: redirect,
      scope: 'openid stoa',
      code_challenge: hash('sha256', verifier, 'base64url'),
      code_challenge_method: 'S256',
    }).toString()}`,
  )
  return { page, verifier }
}
const token = async (fields: Record<string, string>) => {
  const response = await fetch(`${running.url}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
  return (await response.json()) as Record<string, string>
}
const exchange = (done: Visit, verifier: string) =>
  token({
    grant_type: 'authorization_code',
    client_id: 'stoa-shop',
    redirect_uri: redirect,
    code: done.url.searchParams.get('code') ?? '',
    code_verifier: verifier,
  })
const enterPassword = (browser: Browser, page: Visit) => browser.submit(page, { email: ADA.email, password: PASSWORD })
const enterCode = (browser: Browser, page: Visit, otp = CODE) => browser.submit(page, { otp })
const asksForCode = ({ text }: Visit) => text.includes('<label for="otp">')
const methodsOfSession = async (tokens: Record<string, string>) => {
  const { sid } = decodeJwt<{ sid: string }>(tokens['access_token'] ?? '')
  const [row] = await running.database.database.read.sql<{ methods: string[] }>`
    select methods from session where id = ${sid}`
  return row?.methods
}

test('asks for the code after the password, and says in tokens and session how the person signed in', async () => {
  const browser = newBrowser()
  const { page, verifier } = await begin(browser)
  const codePage = await enterPassword(browser, page)
  expect([codePage.status, asksForCode(codePage), codePage.text.includes(PASSWORD)]).toEqual([200, true, false])
  const again = await enterCode(browser, codePage, '000000')
  expect([again.status, asksForCode(again)]).toEqual([401, true])
  expect(again.text).toContain('The code is wrong or was used.')
  const done = await enterCode(browser, again)
  expect(done.url.href).toContain('/signed-in?code=')
  const tokens = await exchange(done, verifier)
  const amr = ['pwd', 'otp', 'mfa']
  expect(decodeJwt(tokens['access_token'] ?? '')).toMatchObject({ sub: ADA.userId, amr })
  expect(decodeJwt(tokens['id_token'] ?? '')).toMatchObject({ amr })
  expect(await methodsOfSession(tokens)).toEqual(amr)
  const renewed = await token({
    grant_type: 'refresh_token',
    client_id: 'stoa-shop',
    refresh_token: tokens['refresh_token'] ?? '',
  })
  expect(decodeJwt(renewed['access_token'] ?? '')).toMatchObject({ amr })
})

test('a password alone is in the tokens of an account without a second factor', async () => {
  const bea = { ...ADA, userId: '01890a5d-ac96-774b-bcce-b302099a8058', email: 'bea@stoa.example' }
  running.people.set(bea.userId, bea)
  const browser = newBrowser()
  const { page, verifier } = await begin(browser)
  const done = await browser.submit(page, { email: bea.email, password: PASSWORD })
  const tokens = await exchange(done, verifier)
  expect(decodeJwt(tokens['access_token'] ?? '')).toMatchObject({ sub: bea.userId, amr: ['pwd'] })
  expect(await methodsOfSession(tokens)).toEqual(['pwd'])
})

test('a code without the password of this browser leads nowhere', async () => {
  const browser = newBrowser()
  const { page } = await begin(browser)
  const refused = await enterCode(browser, page)
  expect([refused.status, refused.text.includes('<label for="password">')]).toEqual([401, true])
  const other = newBrowser()
  const begun = await begin(other)
  await enterPassword(other, begun.page)
  expect((await enterCode(browser, page)).status).toBe(401)
  // nor does its interaction, without its cookie
  expect((await enterCode(newBrowser(), begun.page)).status).toBe(400)
})

test('shows the page of the code again to a browser that reloads it, for ten minutes', async () => {
  const browser = newBrowser()
  const { page } = await begin(browser)
  await enterPassword(browser, page)
  expect(asksForCode(await browser.get(page.url.href))).toBe(true)
  vi.setSystemTime(Date.now() + 11 * 60_000)
  try {
    expect(asksForCode(await browser.get(page.url.href))).toBe(false)
    const late = await enterCode(browser, page)
    expect([late.status, late.text.includes('enter your password again')]).toEqual([401, true])
  } finally {
    vi.useRealTimers()
  }
})

test('another account can be used instead', async () => {
  const browser = newBrowser()
  const { page } = await begin(browser)
  const codePage = await enterPassword(browser, page)
  const fresh = await browser.submit(codePage, { restart: 'yes' })
  expect(fresh.text).toContain('<label for="password">')
  expect((await enterCode(browser, page)).status).toBe(401)
})

test('says that sign-ins are locked, and begins again for an account that was changed', async () => {
  const browser = newBrowser()
  const { page } = await begin(browser)
  const codePage = await enterPassword(browser, page)
  expect((await enterCode(browser, codePage, 'LOCKED')).status).toBe(429)
  expect((await enterCode(browser, codePage, 'a\0b')).status).toBe(401)
  const changed = await enterCode(browser, codePage, 'CHANGED')
  expect([changed.status, changed.text.includes('<label for="password">')]).toEqual([401, true])
  expect((await enterCode(browser, page)).status).toBe(401)
})

test('asks for the code before a device is let in', async () => {
  const response = await fetch(`${running.url}/oauth2/device/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: 'stoa-cli', scope: 'stoa' }).toString(),
  })
  const started = (await response.json()) as { device_code: string; user_code: string }
  const poll = () =>
    token({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'stoa-cli',
      device_code: started.device_code,
    })
  const browser = newBrowser()
  const confirm = await browser.submit(await browser.get('/oauth2/device'), { user_code: started.user_code })
  const login = await browser.submit(confirm, { user_code: started.user_code, confirm: 'yes' })
  const codePage = await enterPassword(browser, login)
  expect(asksForCode(codePage)).toBe(true)
  expect(await poll()).toMatchObject({ error: 'authorization_pending' })
  const consent = await enterCode(browser, codePage)
  await browser.submit(consent, { decision: 'allow' })
  expect(decodeJwt((await poll())['access_token'] ?? '')).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] })
})

test('answered all of that without an error of its own', () => {
  expect(running.errors).toEqual([])
})
