import { hash, randomBytes } from 'node:crypto'
import { MAX_SESSIONS } from '@stoa/contracts/auth/resources'
import type { UserId } from '@stoa/contracts/shared/ids'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { endErased, endSessionsOf } from '../src/end-sessions.ts'
import { noteAccountEnd } from '../src/store/account-ends.ts'
import { openBrowser } from './browser.ts'
import { ADA, ISSUER, PASSWORD, runIdentity, type RunningIdentity } from './running-identity.ts'
import { runAuth, type RunningAuth } from './running-service.ts'

let running: RunningIdentity
let auth: RunningAuth
beforeAll(async () => {
  ;[running, auth] = await Promise.all([runIdentity(), runAuth()])
})
afterAll(() => Promise.all([running.stop(), auth.stop()]))
afterEach(async () => {
  delete running.before.verified
  delete running.before.getClaims
  await running.database.database.transaction((tx) => tx.sql`truncate account_end, session, oidc_record`)
})

const adaId = ADA.userId as UserId
const authorizeUrl = () =>
  `/oauth2/authorize?${new URLSearchParams({
    client_id: 'stoa-shop',
    response_type: 'code',
    redirect_uri: `${ISSUER}/signed-in`,
    scope: 'openid stoa',
    code_challenge: hash('sha256', randomBytes(32).toString('base64url'), 'base64url'),
    code_challenge_method: 'S256',
  }).toString()}`
const openedForAda = async () => {
  const [row] = await running.database.database.read.sql<{ sessions: number; browsers: number }>`
    select (select count(*)::int from session where user_id = ${adaId}) as sessions,
      (select count(*)::int from oidc_record where account_id = ${adaId}) as browsers`
  return row
}
const passwordChanged = () =>
  running.transaction(async (tx) => {
    await noteAccountEnd(tx, adaId, 2)
    await endSessionsOf(tx, adaId)
  })
const signIn = async () => {
  const browser = openBrowser(ISSUER, running.url)
  const page = await browser.get(authorizeUrl())
  return { browser, done: await browser.submit(page, { email: ADA.email, password: PASSWORD }) }
}
const codeIn = (url: URL) => url.searchParams.get('code')

test('a sign-in on the page with the old password opens nothing once the password is changed', async () => {
  running.before.verified = passwordChanged
  const { done } = await signIn()
  expect([done.status, codeIn(done.url)]).toEqual([400, null])
  expect(await openedForAda()).toEqual({ sessions: 0, browsers: 0 })
})

test('a sign-in on the page that is under way when the account is erased opens nothing', async () => {
  running.before.verified = () => running.transaction((tx) => endErased(tx, adaId))
  expect(codeIn((await signIn()).done.url)).toBeNull()
  expect(await openedForAda()).toEqual({ sessions: 0, browsers: 0 })
})

test('a request of a browser that is under way when its account is signed out everywhere does not sign it in again', async () => {
  const { browser, done } = await signIn()
  expect(codeIn(done.url)).not.toBeNull()
  expect(await openedForAda()).toEqual({ sessions: 1, browsers: 1 })
  running.before.getClaims = async () => {
    delete running.before.getClaims
    await running.transaction((tx) => endSessionsOf(tx, adaId))
  }
  expect(codeIn((await browser.get(authorizeUrl())).url)).toBeNull()
  expect(await openedForAda()).toEqual({ sessions: 0, browsers: 0 })
})

const open = (accountVersion?: number, userId: string = crypto.randomUUID()) =>
  auth.call('user', 'OpenSession', { userId, email: ADA.email, roles: ['customer'], tier: 'free', accountVersion })

test('opens no session for a version of an account before the one whose change ended its sessions', async () => {
  const userId = crypto.randomUUID()
  expect((await open(4, userId)).status).toBe(200)
  expect((await auth.call('user', 'EndSessions', { userId, accountVersion: 5 })).status).toBe(200)
  expect((await open(4, userId)).body['code']).toBe('failed_precondition')
  expect((await open(5, userId)).status).toBe(200)
  // a release of user that sends no version
  expect((await open(undefined, userId)).status).toBe(200)
})

test('a token whose session has ended makes and rotates no API key, though the door has let it in', async () => {
  const { accessToken: token } = await auth.signIn()
  const made = await auth.request('POST', '/api/v1/api-keys', {
    token,
    body: { name: 'kept', scopes: ['order:read'] },
  })
  expect(made.status).toBe(201)
  expect((await auth.request('DELETE', '/api/v1/auth/sessions', { token })).status).toBe(204)
  const late = await auth.request('POST', '/api/v1/api-keys', {
    token,
    body: { name: 'late', scopes: ['order:read'] },
  })
  const rotated = await auth.request('POST', `/api/v1/api-keys/${String(made.body['id'])}/rotate`, { token })
  expect([late.body['code'], rotated.body['code']]).toEqual(['auth.token_invalid', 'auth.token_invalid'])
})

test('of more sign-ins than an account may have sessions, those used last stay, also when they come at once', async () => {
  const open = () =>
    running.transaction((tx) =>
      running.identity.openSession(tx, { account: ADA, methods: ['pwd'], key: crypto.randomUUID() }),
    )
  const longest = await open()
  const abandoned = await open()
  await running.database.database.transaction(
    (tx) => tx.sql`update session set last_used_at = now() - interval '1 hour', created_at = now() - interval '1 hour'`,
  )
  for (let made = 2; made < MAX_SESSIONS; made += 1) await open()
  expect(await running.identity.refresh(longest.refreshToken)).toBeDefined()
  await Promise.all(Array.from({ length: 6 }, open))
  expect(await openedForAda()).toMatchObject({ sessions: MAX_SESSIONS })
  const [kept] = await running.database.database.read.sql<{ old: number }>`
    select count(*)::int as old from session where created_at < now() - interval '30 minutes'`
  expect(kept?.old).toBe(1)
  expect(await running.identity.refresh(abandoned.refreshToken)).toBeUndefined()
  const [ended] = await running.database.database.read.sql<{ count: number }>`
    select count(*)::int as count from ended_session, unnest(session_ids)`
  expect(ended?.count).toBeGreaterThanOrEqual(6)
})

test('an account is signed in to no more browsers than it may have sessions', async () => {
  await running.database.database.transaction(
    (tx) => tx.sql`
      insert into oidc_record (model, id, payload, account_id, expires_at)
      select 'Session', 'browser-' || n, '{}', ${adaId}, now() + n * interval '1 minute' from generate_series(1, ${MAX_SESSIONS + 5}) n`,
  )
  expect(codeIn((await signIn()).done.url)).not.toBeNull()
  expect(await openedForAda()).toMatchObject({ browsers: MAX_SESSIONS })
})
