import { userDeleted } from '@stoa/contracts/user/events'
import { eventStreamParser, type StreamEvent } from '@stoa/discovery'
import { dataSchemaOf } from '@stoa/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA } from './running-identity.ts'
import { runAuth, type Answer, type RunningAuth } from './running-service.ts'

let auth: RunningAuth
beforeAll(async () => {
  auth = await runAuth()
})
afterAll(() => auth.stop())

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, string>
type Item = Readonly<Record<string, string>>
const itemsOf = ({ body }: Answer) => body['items'] as Item[]
const textOf = ({ body }: Answer, field: string) => String(body[field])
const sessionIds = async (token: string) =>
  itemsOf(await auth.request('GET', '/api/v1/sessions', { token })).map(({ id }) => id)

test('opens a session for user alone, which is the one to declare the call', async () => {
  const opened = await auth.call('user', 'OpenSession', {
    userId: ADA.userId,
    email: ADA.email,
    roles: ['customer'],
    tier: 'free',
  })
  expect(opened.status).toBe(200)
  expect(opened.body).toMatchObject({ expiresInSeconds: 900 })
  expect((await auth.call('order', 'OpenSession', { userId: ADA.userId })).body).toMatchObject({
    code: 'unauthenticated',
  })
})

test('lists the sessions of the account, the newest first, and says which one asks', async () => {
  const me = newId()
  const first = await auth.signIn(['customer'], me)
  const second = await auth.signIn(['customer'], me)
  const { status, body } = await auth.request('GET', '/api/v1/sessions', { token: first.accessToken })
  expect(status).toBe(200)
  expect(body['items']).toMatchObject([
    {
      id: claimsOf(second.accessToken)['sid'],
      userId: me,
      clientId: 'stoa-shop',
      methods: ['password'],
      isCurrent: false,
    },
    { id: claimsOf(first.accessToken)['sid'], isCurrent: true },
  ])
  const paged = await auth.request('GET', '/api/v1/sessions?limit=1', { token: first.accessToken })
  const next = `/api/v1/sessions?limit=1&cursor=${textOf(paged, 'nextCursor')}`
  expect((await auth.request('GET', next, { token: first.accessToken })).body['items']).toMatchObject([
    { isCurrent: true },
  ])
  expect((await auth.request('GET', '/api/v1/sessions?cursor=AAAA', { token: first.accessToken })).status).toBe(422)
})

test('ends one session of one’s own, and nobody else’s', async () => {
  const me = newId()
  const mine = await auth.signIn(['customer'], me)
  const other = await auth.signIn(['customer'], me)
  const stranger = await auth.signIn(['customer'], newId())
  const path = `/api/v1/sessions/${String(claimsOf(other.accessToken)['sid'])}`
  expect((await auth.request('DELETE', path, { token: stranger.accessToken })).body).toMatchObject({
    code: 'auth.session_not_found',
  })
  expect((await auth.request('DELETE', path, { token: mine.accessToken })).status).toBe(204)
  expect((await auth.refresh(other.refreshToken)).status).toBe(400)
  expect((await auth.refresh(mine.refreshToken)).status).toBe(200)
  expect(await auth.published('session.revoked')).toContainEqual({
    userId: me,
    sessionIds: [claimsOf(other.accessToken)['sid']],
  })
  expect((await auth.request('DELETE', path, { token: mine.accessToken })).status).toBe(404)
})

test('signs out everywhere else, then everywhere', async () => {
  const me = newId()
  const [mine, other] = [await auth.signIn(['customer'], me), await auth.signIn(['customer'], me)]
  const headers = { 'if-match': '*' }
  expect(
    (await auth.request('DELETE', '/api/v1/sessions?except=current', { token: mine.accessToken, headers })).status,
  ).toBe(204)
  expect(await sessionIds(mine.accessToken)).toEqual([claimsOf(mine.accessToken)['sid']])
  expect((await auth.refresh(other.refreshToken)).status).toBe(400)
  expect((await auth.request('DELETE', '/api/v1/sessions', { token: mine.accessToken, headers })).status).toBe(204)
  expect((await auth.refresh(mine.refreshToken)).status).toBe(400)
})

test('shows everybody’s sessions to those who may see them, and a stranger’s to nobody', async () => {
  const owner = newId()
  const { accessToken } = await auth.signIn(['customer'], owner)
  const customer = await auth.signIn(['customer'], newId())
  const admin = await auth.signIn(['admin'], newId())
  const path = `/api/v1/sessions?userId=${owner}`
  expect((await auth.request('GET', path, { token: customer.accessToken })).body['items']).toEqual([])
  expect((await auth.request('GET', path, { token: admin.accessToken })).body['items']).toHaveLength(1)
  expect(
    (
      await auth.request('DELETE', `/api/v1/sessions/${String(claimsOf(accessToken)['sid'])}`, {
        token: admin.accessToken,
      })
    ).status,
  ).toBe(204)
})

test('ends all sessions of an account when user says so', async () => {
  const me = newId()
  const { refreshToken } = await auth.signIn(['customer'], me)
  expect((await auth.call('user', 'EndSessions', { userId: me })).status).toBe(200)
  expect((await auth.refresh(refreshToken)).status).toBe(400)
})

const newKey = (token: string, body: object = { name: 'till', scopes: ['order:read'] }) =>
  auth.request('POST', '/api/v1/api-keys', { token, body })

test('shows a new API key once, and lists it without itself', async () => {
  const { accessToken: token } = await auth.signIn(['customer'], newId())
  const made = await newKey(token)
  expect(made.status).toBe(201)
  expect(made.body['key']).toMatch(/^stoa_[\w-]{43}$/)
  const days = Temporal.Instant.from(textOf(made, 'expiresAt')).since(Temporal.Now.instant()).total('hours') / 24
  expect(Math.round(days)).toBe(90)
  const { body } = await auth.request('GET', '/api/v1/api-keys', { token })
  expect(body['items']).toMatchObject([
    { id: made.body['id'], name: 'till', scopes: ['order:read'], prefix: textOf(made, 'key').slice(0, 11) },
  ])
  expect(JSON.stringify(body)).not.toContain(textOf(made, 'key'))
})

test('refuses an API key that would reach further than its account', async () => {
  const { accessToken: token } = await auth.signIn(['customer'], newId())
  const refused = await newKey(token, { name: 'till', scopes: ['order:read', 'order:manage', 'service:internal'] })
  expect(refused.status).toBe(422)
  expect(refused.body).toMatchObject({
    code: 'auth.scope_not_granted',
    errors: [{ pointer: '/scopes/1' }, { pointer: '/scopes/2' }],
  })
  expect((await newKey(token, { name: 'till', scopes: ['root'] })).body).toMatchObject({ code: 'request.invalid' })
  expect((await newKey(token, { name: 'till', scopes: ['order:read'], expiresInDays: 91 })).status).toBe(422)
})

test('lets an account have 20 API keys, also when they are asked for at once', async () => {
  const { accessToken: token } = await auth.signIn(['customer'], newId())
  const outcomes = await Promise.all(Array.from({ length: 24 }, () => newKey(token)))
  expect(outcomes.filter(({ status }) => status === 201)).toHaveLength(20)
  expect(outcomes.filter(({ status }) => status === 409)).toHaveLength(4)
})

test('gives an API key a successor, and the old one its overlap', async () => {
  const { accessToken: token } = await auth.signIn(['customer'], newId())
  const old = await newKey(token)
  const stranger = await auth.signIn(['admin'], newId())
  const path = `/api/v1/api-keys/${textOf(old, 'id')}/rotate`
  expect((await auth.request('POST', path, { token: stranger.accessToken })).status).toBe(404)
  const rotated = await auth.request('POST', path, { token, body: { overlapHours: 1 } })
  expect(rotated.status).toBe(201)
  expect(rotated.body).toMatchObject({ name: 'till', scopes: ['order:read'] })
  expect(rotated.body['key']).not.toBe(old.body['key'])
  const { body } = await auth.request('GET', '/api/v1/api-keys', { token })
  const kept = (body['items'] as Item[]).find(({ id }) => id === old.body['id'])
  expect(
    Temporal.Instant.from(kept?.['expiresAt'] ?? '')
      .since(Temporal.Now.instant())
      .total('minutes'),
  ).toBeLessThanOrEqual(60)
})

test('deletes an API key of one’s own, and says that its tokens are worth nothing', async () => {
  const me = newId()
  const { accessToken: token } = await auth.signIn(['customer'], me)
  const made = await newKey(token)
  const stranger = await auth.signIn(['customer'], newId())
  const path = `/api/v1/api-keys/${textOf(made, 'id')}`
  expect((await auth.request('DELETE', path, { token: stranger.accessToken })).status).toBe(404)
  expect((await auth.request('DELETE', path, { token })).status).toBe(204)
  expect((await auth.request('GET', '/api/v1/api-keys', { token })).body['items']).toEqual([])
  expect(await auth.published('session.revoked')).toContainEqual({
    userId: me,
    sessionIds: [`api-key:${textOf(made, 'id')}`],
  })
})

test('says what the caller may do, and to whose', async () => {
  const me = newId()
  const { accessToken: token } = await auth.signIn(['customer'], me)
  const checks = [
    { permission: 'order:read' },
    { permission: 'order:read', ownerId: me },
    { permission: 'order:read', ownerId: newId() },
    { permission: 'order:manage' },
  ]
  const { body } = await auth.request('POST', '/api/v1/permissions/check', { token, body: { checks } })
  expect((body['items'] as { isAllowed: boolean }[]).map(({ isAllowed }) => isAllowed)).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect((await auth.request('POST', '/api/v1/permissions/check', { body: { checks } })).status).toBe(401)
})

test('rotates the signing keys for admins alone', async () => {
  const customer = await auth.signIn(['customer'], newId())
  const admin = await auth.signIn(['admin'], newId())
  expect((await auth.request('POST', '/api/v1/signing-keys/rotate', { token: customer.accessToken })).status).toBe(403)
  const rotated = await auth.request('POST', '/api/v1/signing-keys/rotate', { token: admin.accessToken })
  expect(rotated).toMatchObject({ status: 201, body: { state: 'next' } })
  const { body } = await auth.request('GET', '/api/v1/signing-keys', { token: admin.accessToken })
  expect((body['items'] as Item[]).map(({ state }) => state)).toEqual(['active', 'next'])
  expect(await auth.published('signing_key.rotated')).toMatchObject([{ keyId: rotated.body['keyId'] }])
})

test('forgets an account when user has erased it', async () => {
  const me = newId()
  const { accessToken: token, refreshToken } = await auth.signIn(['customer'], me)
  await newKey(token)
  const id = newId()
  await auth.log.declare('user.events', [userDeleted])
  const event = JSON.stringify({
    specversion: '1.0',
    id,
    source: '/services/user',
    type: userDeleted.type,
    subject: me,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(userDeleted),
    partitionkey: me,
    correlationid: id,
    data: { userId: me },
  })
  await auth.log.append({ topic: 'user.events', records: [{ id, type: userDeleted.type, key: me, event }] })
  await eventually(async () => expect(await sessionIds(token)).toEqual([]))
  expect((await auth.refresh(refreshToken)).status).toBe(400)
  expect((await auth.request('GET', '/api/v1/api-keys', { token })).body['items']).toEqual([])
})

test('needs a token for everything that is not OAuth itself', async () => {
  for (const path of ['/api/v1/sessions', '/api/v1/api-keys', '/api/v1/signing-keys']) {
    expect((await auth.request('GET', path)).body).toMatchObject({ status: 401, code: 'auth.token_missing' })
  }
  expect((await auth.request('GET', '/.well-known/openid-configuration')).status).toBe(200)
  expect((await auth.request('GET', '/oauth2/nowhere')).body).toMatchObject({
    status: 404,
    code: 'request.path_unknown',
  })
})

test('tells on its own port which sessions have ended, from a position on, and which keys verify', async () => {
  const { accessToken } = await auth.signIn(['customer'], newId())
  const sid = claimsOf(accessToken)['sid']
  expect((await auth.request('DELETE', `/api/v1/sessions/${sid}`, { token: accessToken })).status).toBe(204)
  const first = await readEvents('')
  const ended = first.find(({ data }) => data.includes(String(sid)))
  expect(ended).toMatchObject({ event: 'sessions_ended', data: JSON.stringify({ sessionIds: [sid] }) })
  const keys = first.find(({ event }) => event === 'signing_keys')
  expect(JSON.parse(keys?.data ?? '')).toEqual({ keyIds: expect.arrayContaining([expect.any(String)]) })
  const later = await readEvents(`?after=${ended?.id}`)
  expect(later.map(({ event }) => event)).toEqual(['signing_keys'])
})

/** What a follower is told first. */
async function readEvents(query: string): Promise<StreamEvent[]> {
  const response = await fetch(`${auth.url}/internal/ended-sessions${query}`)
  const events: StreamEvent[] = []
  const parser = eventStreamParser((event) => void events.push(event))
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    parser.write(chunk)
    if (events.some(({ event }) => event === 'signing_keys')) return events
  }
  return events
}
