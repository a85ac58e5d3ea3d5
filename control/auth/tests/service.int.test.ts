import { userDeleted } from '@stoa/contracts/user/events'
import { eventStreamParser, type StreamEvent } from '@stoa/kernel/event-stream'
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
    code: 'permission_denied',
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
  // in a token, the names of RFC 8176
  expect(claimsOf(second.accessToken)['amr']).toEqual(['pwd'])
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

test('ends all sessions of an account but the one that user names', async () => {
  const me = newId()
  const [kept, other] = [await auth.signIn(['customer'], me), await auth.signIn(['customer'], me)]
  const ending = { userId: me, accountVersion: 2, exceptSessionId: claimsOf(kept.accessToken)['sid'] }
  expect((await auth.call('user', 'EndSessions', ending)).status).toBe(200)
  expect((await auth.refresh(other.refreshToken)).status).toBe(400)
  expect((await auth.refresh(kept.refreshToken)).status).toBe(200)
})

const API_KEY_GRANT = 'urn:stoa:params:oauth:grant-type:api-key'
const tokenOf = async (apiKey: string) => {
  const response = await fetch(`${auth.url}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: API_KEY_GRANT, client_id: 'stoa-cli', api_key: apiKey }).toString(),
  })
  return ((await response.json()) as { access_token?: string }).access_token
}
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

test('lets no token make or rotate a key that reaches further than itself', async () => {
  const { accessToken } = await auth.signIn(['customer'])
  const narrow = await newKey(accessToken, { name: 'narrow', scopes: ['api-key:manage'] })
  const wide = await newKey(accessToken, { name: 'wide', scopes: ['order:read', 'service:external'] })
  const token = (await tokenOf(textOf(narrow, 'key'))) ?? ''
  expect((await newKey(token, { name: 'again', scopes: ['api-key:manage'] })).status).toBe(201)
  for (const scopes of [['order:read'], ['service:external'], ['api-key:manage', 'user:write']])
    expect((await newKey(token, { name: 'wider', scopes })).body['code']).toBe('auth.scope_not_granted')
  const rotated = (id: string) => auth.request('POST', `/api/v1/api-keys/${id}/rotate`, { token })
  expect((await rotated(textOf(wide, 'id'))).body['code']).toBe('auth.scope_not_granted')
  expect((await rotated(textOf(narrow, 'id'))).status).toBe(201)
})

test('says which account has a new API key, and not the key', async () => {
  const me = newId()
  const { accessToken: token } = await auth.signIn(['customer'], me)
  const made = await newKey(token)
  const rotated = await auth.request('POST', `/api/v1/api-keys/${textOf(made, 'id')}/rotate`, { token })
  const told = (await auth.published('api_key.created')).filter((each) => JSON.stringify(each).includes(me))
  expect(told).toEqual(
    [made, rotated].map((each) => ({ userId: me, apiKeyId: textOf(each, 'id'), scopes: ['order:read'] })),
  )
})

test('ends the tokens of API keys with the sessions, and the keys themselves when that is wanted', async () => {
  const me = newId()
  const { accessToken: token } = await auth.signIn(['customer'], me)
  const made = await newKey(token)
  const id = textOf(made, 'id')
  const sidOf = async () => claimsOf((await tokenOf(textOf(made, 'key'))) ?? '')['sid']
  expect(await sidOf()).toBe(`api-key:${id}:0`)
  expect((await auth.call('user', 'EndSessions', { userId: me })).status).toBe(200)
  expect(await sidOf()).toBe(`api-key:${id}:1`)
  expect((await auth.request('DELETE', '/api/v1/sessions', { token })).status).toBe(204)
  expect(await sidOf()).toBe(`api-key:${id}:2`)
  expect((await auth.call('user', 'EndSessions', { userId: me, deletesApiKeys: true })).status).toBe(200)
  expect(await tokenOf(textOf(made, 'key'))).toBeUndefined()
  const ended = (await auth.published('session.revoked')) as { userId: string; sessionIds: string[] }[]
  expect(ended.filter(({ userId }) => userId === me).flatMap(({ sessionIds }) => sessionIds)).toEqual(
    expect.arrayContaining([0, 1, 2].map((generation) => `api-key:${id}:${generation}`)),
  )
})

test('announces nothing when the tokens of a key are ended that has none', async () => {
  const me = newId()
  const { accessToken: token } = await auth.signIn(['customer'], me)
  const made = await newKey(token)
  const sidOf = async () => claimsOf((await tokenOf(textOf(made, 'key'))) ?? '')['sid']
  await sidOf()
  const end = () => auth.request('DELETE', '/api/v1/sessions?except=current', { token })
  for (let index = 0; index < 5; index++) expect((await end()).status).toBe(204)
  const told = async () =>
    ((await auth.published('session.revoked')) as { userId: string; sessionIds: string[] }[])
      .filter(({ userId }) => userId === me)
      .flatMap(({ sessionIds }) => sessionIds)
  const id = textOf(made, 'id')
  expect(await told()).toEqual([`api-key:${id}:0`])
  expect(await sidOf()).toBe(`api-key:${id}:1`)
  await end()
  expect(await told()).toEqual([0, 1].map((generation) => `api-key:${id}:${generation}`))
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
    sessionIds: [`api-key:${textOf(made, 'id')}:0`],
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
    dataschema: dataSchemaOf(userDeleted, 'http://127.0.0.1:8080'),
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
  const headers = { authorization: `Bearer ${await auth.tokenOf('order')}` }
  const response = await fetch(`${auth.url}/internal/ended-sessions${query}`, { headers })
  const events: StreamEvent[] = []
  const parser = eventStreamParser((event) => void events.push(event))
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    parser.write(chunk)
    if (events.some(({ event }) => event === 'signing_keys')) return events
  }
  return events
}

test('tells services alone which sessions have ended, also those that call no method of auth', async () => {
  const statusFor = async (token: string | undefined) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(`${auth.url}/internal/ended-sessions`, { headers })
    await response.body?.cancel()
    return response.status
  }
  const { accessToken } = await auth.signIn(['admin'], newId())
  expect(await statusFor(undefined)).toBe(401)
  expect(await statusFor(accessToken)).toBe(403)
  const scopes: string[] = []
  for (const service of ['user', 'order', 'notification', 'auth', 'gateway', 'registry']) {
    const token = await auth.tokenOf(service)
    expect(await statusFor(token), service).toBe(200)
    scopes.push(claimsOf(token ?? '')['scope'] ?? '')
  }
  const [ofUser, ...ofOthers] = scopes
  expect(ofUser).toContain('stoa.auth.v1.AuthRpc/OpenSession')
  expect(new Set(ofOthers)).toEqual(new Set(['']))
})

test('reports all that has ended, however much, before it names the keys', async () => {
  const pages = 2_500
  await auth.database.transaction(
    (tx) => tx.sql`insert into ended_session (session_ids, ended_at)
      select array['many-' || n], clock_timestamp() from generate_series(1, ${pages}) n`,
  )
  const began = performance.now()
  const events = await readEvents('')
  expect(events.filter(({ data }) => data.includes('many-'))).toHaveLength(pages)
  expect(events.at(-1)?.event).toBe('signing_keys')
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('says in problem details that there is nothing at an unknown path of OAuth', async () => {
  const { status, headers, body } = await auth.request('GET', '/oauth2/nope')
  expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  expect(body).toEqual({
    type: '/errors/request.path_unknown',
    title: expect.any(String),
    status: 404,
    detail: expect.stringContaining('/oauth2/nope'),
    instance: '/oauth2/nope',
    code: 'request.path_unknown',
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
})

test.each(['/api/v1/sessions', '/api/v1/api-keys'])(
  'refuses a cursor of %s that holds what no list has',
  async (path) => {
    const { accessToken: token } = await auth.signIn()
    const uuid = crypto.randomUUID()
    const at = '2026-01-01T00:00:00Z'
    for (const place of [
      { createdAt: '0000-01-01T00:00:00Z', id: uuid },
      { createdAt: '2026-02-30T00:00:00Z', id: uuid },
      { createdAt: '2024-01-01T00:00:00.12345678901234567890Z', id: uuid },
      { createdAt: '0001-01-01T00:00:00+14:00', id: uuid },
      { createdAt: '+200000-01-01T00:00:00Z', id: uuid },
      { createdAt: at, id: '' },
      { createdAt: at, id: 'ü' },
      { createdAt: at },
      [at, uuid],
      null,
    ]) {
      const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
      const { status, body } = await auth.request('GET', `${path}?cursor=${cursor}`, { token })
      expect([place, status, body['errors']]).toEqual([
        place,
        422,
        [{ pointer: '/cursor', detail: 'is not a cursor of this list' }],
      ])
    }
  },
)

test('refuses a cursor of API keys that contains no valid id', async () => {
  const { accessToken: token } = await auth.signIn()
  const cursor = Buffer.from('{"createdAt":"2026-01-01T00:00:00Z","id":"a"}').toString('base64url')
  expect((await auth.request('GET', `/api/v1/api-keys?cursor=${cursor}`, { token })).status).toBe(422)
})

test('renews, lists and ends sessions under /api/v1/auth as well', async () => {
  const me = newId()
  const first = await auth.signIn(['customer'], me)
  const refresh = (refreshToken: string) => auth.request('POST', '/api/v1/auth/refresh', { body: { refreshToken } })
  const renewed = await refresh(first.refreshToken)
  expect(renewed.body).toEqual({
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
    tokenType: 'Bearer',
    expiresIn: 900,
  })
  const token = textOf(renewed, 'accessToken')
  expect((await auth.request('GET', '/api/v1/auth/sessions', { token })).body['items']).toHaveLength(1)
  expect((await auth.request('POST', '/api/v1/auth/sign-out', { token })).status).toBe(204)
  expect((await auth.request('GET', '/api/v1/auth/sessions', { token })).body['items']).toEqual([])
  expect((await refresh(textOf(renewed, 'refreshToken'))).body['code']).toBe('auth.refresh_token_invalid')
  expect((await auth.request('POST', '/api/v1/auth/refresh', { body: { refreshToken: 'none' } })).status).toBe(401)
})
