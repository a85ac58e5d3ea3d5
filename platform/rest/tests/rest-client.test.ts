import { file, get, patch, post, put, remove, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { afterEach, expect, test } from 'vitest'
import { RestConnectionError, RestProblem, restClient, type RestOptions } from '../src/index.ts'
import { recordingServer, type RecordingServer, type Response } from './recording-server.ts'

const Parcel = Type.Object({ id: Type.String(), weight: Type.Integer() })
const shared = { summary: 'A test', permission: 'parcel:read', owner: 'none' } as const
const one = { ...shared, params: { id: Type.String() } } as const

const operations = {
  getParcel: get('/api/v1/parcels/{id}', { ...one, answers: { 200: Parcel } }),
  listParcels: get('/api/v1/parcels', {
    ...shared,
    query: Type.Object({
      sku: Type.Optional(Type.Array(Type.String())),
      limit: Type.Optional(Type.Integer()),
      isOpen: Type.Optional(Type.Boolean()),
    }),
    answers: { 200: Type.Object({ items: Type.Array(Parcel) }) },
  }),
  estimate: post('/api/v1/parcels/estimate', { ...shared, reads: true, body: Parcel, answers: { 200: Parcel } }),
  sendParcel: post('/api/v1/parcels', {
    ...shared,
    idempotencyKey: 'required',
    body: Parcel,
    answers: { 201: Parcel, 202: null },
  }),
  moveParcel: put('/api/v1/parcels/{id}/place', { ...one, body: Parcel, answers: { 200: Parcel } }),
  changeParcel: patch('/api/v1/parcels/{id}', { ...one, body: Parcel, answers: { 200: Parcel } }),
  removeParcel: remove('/api/v1/parcels/{id}', { ...one, answers: { 204: null } }),
  signIn: post('/api/v1/sign-in', { ...shared, idempotencyKey: 'none', answers: { 204: null } }),
  getLabel: get('/api/v1/parcels/{id}/label', { ...one, answers: { 200: file('image/png') } }),
  followParcel: stream('/api/v1/parcels/{id}/events', one),
}

const parcel = { id: '1', weight: 20 }
const ok: Response = { status: 200, body: parcel, headers: { etag: '"3"' } }
const created: Response = { status: 201, body: parcel }

const servers: RecordingServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function parcelsAt(responses: readonly Response[], options: Partial<RestOptions> = {}) {
  const server = await recordingServer(...responses)
  servers.push(server)
  return { ...server, parcels: restClient({ operations }, { url: server.url, ...options }) }
}

test('resolves to the status, the body and the headers', async () => {
  const server = await parcelsAt([ok])
  const answer = await server.parcels.getParcel({ params: { id: '1' } })
  expect(answer).toMatchObject({ status: 200, body: parcel })
  expect(answer.headers.get('etag')).toBe('"3"')
})

test('resolves to the bytes of a file', async () => {
  const server = await parcelsAt([{ status: 200, pieces: ['PNG'], headers: { 'content-type': 'image/png' } }])
  const { body } = await server.parcels.getLabel({ params: { id: '1' } })
  expect(Buffer.from(body).toString()).toBe('PNG')
})

test('resolves to no body where there is none', async () => {
  const server = await parcelsAt([{ status: 204 }])
  expect(await server.parcels.removeParcel({ params: { id: '1' } })).toMatchObject({ status: 204, body: undefined })
})

test('encodes the path and the query', async () => {
  const server = await parcelsAt([ok])
  await server.parcels.getParcel({ params: { id: 'a/b?c' } })
  await server.parcels.listParcels({ query: { sku: ['A&B', 'C D'], limit: 2, isOpen: false } })
  await server.parcels.listParcels()
  expect(server.requests.map(({ url }) => url)).toEqual([
    '/api/v1/parcels/a%2Fb%3Fc',
    '/api/v1/parcels?sku=A%26B&sku=C+D&limit=2&isOpen=false',
    '/api/v1/parcels',
  ])
})

test.each(['', '.', '..'])('refuses "%s" as a parameter of the path, which would name another path', async (id) => {
  const server = await parcelsAt([ok])
  await expect(server.parcels.getParcel({ params: { id } })).rejects.toThrow(TypeError)
  expect(server.requests).toEqual([])
})

test('sends the body as JSON, and that of a PATCH as a merge patch', async () => {
  const server = await parcelsAt([ok])
  await server.parcels.estimate({ body: parcel })
  await server.parcels.changeParcel({ params: { id: '1' }, body: parcel, ifMatch: '"3"', prefer: 'wait=10' })
  const [first, second] = server.requests
  expect(first).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
  expect(JSON.parse(first?.body ?? '')).toEqual(parcel)
  expect(second).toMatchObject({
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': '"3"', prefer: 'wait=10' },
  })
})

test('sends a token, and asks a function for it before each request', async () => {
  let count = 0
  const server = await parcelsAt([ok], { token: async () => `token-${++count}` })
  await server.parcels.getParcel({ params: { id: '1' } })
  await server.parcels.getParcel({ params: { id: '1' } })
  await restClient({ operations }, { url: `${server.url}/`, token: 'fixed' }).getParcel({ params: { id: '1' } })
  await restClient({ operations }, { url: server.url }).getParcel({ params: { id: '1' } })
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-2',
    'Bearer fixed',
    undefined,
  ])
})

test('sends a new random key where a key is required and none is given', async () => {
  const server = await parcelsAt([created])
  await server.parcels.sendParcel({ body: parcel })
  await server.parcels.sendParcel({ body: parcel })
  await server.parcels.sendParcel({ body: parcel, key: 'mine' })
  const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
  expect(keys).toEqual([expect.stringMatching(/^[\da-f]{32}$/), expect.stringMatching(/^[\da-f]{32}$/), 'mine'])
  expect(keys[0]).not.toBe(keys[1])
})

test('sends no key where none is required, and never to an operation that keeps no record', async () => {
  const server = await parcelsAt([ok, { status: 204 }])
  await server.parcels.moveParcel({ params: { id: '1' }, body: parcel })
  await server.parcels.signIn({ key: 'mine' })
  expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined])
})

test('repeats a read once if no response arrives', async () => {
  const server = await parcelsAt(['cut', ok])
  expect(await server.parcels.getParcel({ params: { id: '1' } })).toMatchObject({ body: parcel })
  expect(server.requests).toHaveLength(2)
})

test('repeats a write once if no response arrives, with the same key', async () => {
  const server = await parcelsAt(['cut', created])
  expect(await server.parcels.sendParcel({ body: parcel })).toMatchObject({ status: 201 })
  const [first, second] = server.requests
  expect(first?.headers['idempotency-key']).toBeDefined()
  expect(second).toEqual(first)
})

test('never repeats a write without a key', async () => {
  const server = await parcelsAt(['cut'])
  await expect(server.parcels.moveParcel({ params: { id: '1' }, body: parcel })).rejects.toThrow(RestConnectionError)
  await expect(server.parcels.signIn({ key: 'mine' })).rejects.toThrow(RestConnectionError)
  expect(server.requests).toHaveLength(2)
})

test('never repeats a request that got a response', async () => {
  const server = await parcelsAt([{ status: 503, body: { code: 'service.saturated' } }])
  await expect(server.parcels.getParcel({ params: { id: '1' } })).rejects.toMatchObject({ code: 'service.saturated' })
  expect(server.requests).toHaveLength(1)
})

test('names the operation and the reason if no response arrives', async () => {
  const server = await parcelsAt([])
  await server.close()
  const failure = server.parcels.getParcel({ params: { id: 'secret' } })
  await expect(failure).rejects.toThrow(`getParcel (GET ${server.url}/api/v1/parcels/{id}): no response (ECONNREFUSED)`)
})

test('throws problem details with all their fields', async () => {
  const problem = {
    title: 'The request is invalid',
    code: 'request.invalid',
    detail: 'One field is invalid.',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    errors: [{ pointer: '/weight', detail: 'must be an integer' }],
  }
  const server = await parcelsAt([{ status: 422, body: problem, headers: { 'retry-after': '3' } }])
  const error: unknown = await server.parcels.sendParcel({ body: parcel }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(RestProblem)
  expect(error).toMatchObject({ status: 422, ...problem })
  expect((error as RestProblem).headers.get('retry-after')).toBe('3')
  expect((error as RestProblem).message).toContain('422 request.invalid: One field is invalid.')
})

test('throws a problem without a code for an error page of a proxy', async () => {
  const server = await parcelsAt([{ status: 502, body: '<h1>Bad Gateway</h1>' }])
  await expect(server.parcels.getParcel({ params: { id: '1' } })).rejects.toMatchObject({
    name: 'RestProblem',
    status: 502,
    code: undefined,
    title: 'Bad Gateway',
    errors: [],
  })
})

test('refuses a success that the contract does not declare, and one that is not JSON', async () => {
  const server = await parcelsAt([{ status: 206 }, { status: 200, body: '<html>' }])
  const read = () => server.parcels.getParcel({ params: { id: '1' } })
  await expect(read()).rejects.toThrow('does not declare the status 206')
  await expect(read()).rejects.toThrow('is not JSON')
})

test('stops with the reason of a signal, without repeating the request', async () => {
  const server = await parcelsAt([ok])
  const reason = new Error('no longer needed')
  const own = server.parcels.getParcel({ params: { id: '1' }, signal: AbortSignal.abort(reason) })
  await expect(own).rejects.toBe(reason)
  const parcels = restClient({ operations }, { url: server.url, signal: AbortSignal.abort(reason), timeoutMs: 10_000 })
  await expect(parcels.getParcel({ params: { id: '1' } })).rejects.toBe(reason)
  expect(server.requests).toEqual([])
})

test('aborts a request that takes too long', async () => {
  const server = await parcelsAt(['silence'], { timeoutMs: 50 })
  const slow = server.parcels.getParcel({ params: { id: '1' } })
  await expect(slow).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(server.requests).toHaveLength(1)
})

test('yields the events of a stream, and ends with it', async () => {
  const pieces = ['event: parcel\nid: 1\ndata: {"id":', '"1"}\n\n:\n\n', 'id: 2\ndata: null\n\n']
  const server = await parcelsAt([{ status: 200, pieces }], { token: 'mine', timeoutMs: 1 })
  expect(await Array.fromAsync(server.parcels.followParcel({ params: { id: '1' } }))).toEqual([
    { event: 'parcel', id: '1', data: { id: '1' } },
    { event: 'message', id: '2', data: null },
  ])
  expect(server.requests).toMatchObject([
    { url: '/api/v1/parcels/1/events', headers: { authorization: 'Bearer mine' } },
  ])
})

test('throws the problem of a refused stream, and a connection error without a response', async () => {
  const server = await parcelsAt([{ status: 404, body: { code: 'parcel.not_found' } }, 'cut'])
  const follow = () => Array.fromAsync(server.parcels.followParcel({ params: { id: '1' } }))
  await expect(follow()).rejects.toMatchObject({ status: 404, code: 'parcel.not_found' })
  await expect(follow()).rejects.toThrow(RestConnectionError)
})

test('names what is wrong with an event, which is no fault of the connection', async () => {
  const server = await parcelsAt([{ status: 200, pieces: ['data: {"id":"1"}\n\ndata: {"id"\n\n'] }])
  const events = server.parcels.followParcel({ params: { id: '1' } })[Symbol.asyncIterator]()
  expect(await events.next()).toMatchObject({ value: { data: { id: '1' } } })
  await expect(events.next()).rejects.toThrow('/events): the response is not JSON')
  await expect.poll(() => server.isIdle()).toBe(true)
})

test('closes the connection of a stream whose iteration ends', async () => {
  const server = await parcelsAt(['endless'])
  for await (const { data } of server.parcels.followParcel({ params: { id: '1' } })) {
    expect(data).toEqual({ id: '1' })
    break
  }
  await expect.poll(() => server.isIdle()).toBe(true)
})

test('stops a stream with the reason of its signal', async () => {
  const server = await parcelsAt(['endless'])
  const stopping = new AbortController()
  const reason = new Error('no longer needed')
  const events = server.parcels.followParcel({ params: { id: '1' }, signal: stopping.signal })[Symbol.asyncIterator]()
  await events.next()
  stopping.abort(reason)
  await expect(events.next()).rejects.toBe(reason)
})
