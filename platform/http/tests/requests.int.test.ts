import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ada, bob, newKey, send, staff } from './client.ts'
import { parcelMigrations, startParcels, type Started } from './parcel-service.ts'

let db: TestDatabase
let parcels: Started

beforeAll(async () => {
  db = await testDatabase({ sets: parcelMigrations, name: 'http-requests' })
  parcels = await startParcels(db.database, {
    extraRoutes: [{ path: '/health/live', permission: 'public', handle: (_, response) => void response.end('live') }],
  })
})

afterAll(async () => {
  await parcels?.close()
  await db?.close()
})

const create = (label = 'tea', headers: Record<string, string> = ada) =>
  send(parcels.url, '/api/v1/parcels', { method: 'POST', headers: { ...headers, ...newKey() }, json: { label } })

test('creates a resource and answers it as the read does, with its place and its ETag', async () => {
  const created = await create()
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ label: 'tea', weight: 100, status: 'pending', ownerId: 'ada' })
  expect(created.headers).toMatchObject({
    location: `/api/v1/parcels/${created.body.id}`,
    etag: '"1"',
    'content-type': 'application/json',
  })
  const read = await send(parcels.url, created.headers['location'] ?? '', { headers: ada })
  expect(read.body).toEqual(created.body)
})

test('writes nothing whose answer cannot be read back', async () => {
  const labels = async () =>
    await db.database.read.sql`select label, version from parcels where label in ('unreadable', 'kept') order by 1`
  const { body } = await create('kept')
  const key = newKey()
  const make = () =>
    send(parcels.url, '/api/v1/parcels', { method: 'POST', headers: { ...ada, ...key }, json: { label: 'unreadable' } })
  expect((await make()).status).toBe(500)
  expect((await make()).status).toBe(500)
  const path = `/api/v1/parcels/${body.id}`
  const replaced = await send(parcels.url, path, {
    method: 'PUT',
    headers: { ...ada, 'if-match': '"1"' },
    json: { label: 'unreadable' },
  })
  expect(replaced.status).toBe(500)
  expect(await labels()).toEqual([{ label: 'kept', version: 1 }])
})

test('ignores no version that a client expects: an operation that compares none refuses it, and changes nothing', async () => {
  const post = (headers: Record<string, string>) =>
    send(parcels.url, '/api/v1/parcels', {
      method: 'POST',
      headers: { ...ada, ...newKey(), ...headers },
      json: { label: 'unversioned' },
    })
  expect(await post({ 'if-match': '"1"' })).toMatchObject({ status: 422, body: { code: 'request.invalid' } })
  expect(await db.database.read.sql`select 1 from parcels where label = 'unversioned'`).toEqual([])
  expect((await post({ 'if-match': '*' })).status).toBe(201)
})

test('names every wrong place of a body', async () => {
  const answer = await send(parcels.url, '/api/v1/parcels', {
    method: 'POST',
    headers: { ...ada, ...newKey() },
    json: { weight: '5', extra: 1, 'a/b~c': 2, tags: [{ name: 'ok' }, { name: 7 }, { nam: '' }] },
  })
  expect(answer.status).toBe(422)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.body).toMatchObject({
    type: '/errors/request.invalid',
    title: 'The request is well-formed but invalid',
    status: 422,
    code: 'request.invalid',
    instance: '/api/v1/parcels',
  })
  expect(answer.body.traceId).toMatch(/^[\da-f]{32}$/)
  const places = answer.body.errors.map(({ pointer }) => pointer).toSorted()
  expect(places).toEqual(['/a~1b~0c', '/extra', '/label', '/tags/1/name', '/tags/2/nam', '/tags/2/name', '/weight'])
})

test.each([
  ['that breaks off', '{"label":', 400],
  ['that is empty', '', 400],
  ['that poisons the prototype', '{"label":"a","__proto__":{"x":1}}', 400],
  ['that poisons the constructor', '{"label":"a","constructor":{"prototype":{"x":1}}}', 400],
  ['that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['with NUL in a text', '{"label":"\\u0000"}', 422],
  ['with half a character', '{"label":"\\ud800"}', 422],
  ['nested without end', `{"label":${'['.repeat(8_000)}${']'.repeat(8_000)}}`, 422],
  ['with an endless number', '{"label":"a","weight":1e400}', 422],
  ['with a number that the column does not hold', '{"label":"a","weight":99999999999}', 422],
  ['that is no object', '[]', 422],
])('refuses a body %s', async (_, raw, status) => {
  const headers = { ...ada, ...newKey(), 'content-type': 'application/json' }
  const answer = await send(parcels.url, '/api/v1/parcels', { method: 'POST', headers, raw })
  expect([answer.status, answer.body.code]).toEqual([status, status === 400 ? 'request.malformed' : 'request.invalid'])
})

test('refuses a body over 1 MiB, announced or not', async () => {
  const raw = JSON.stringify({ label: 'x'.repeat(1_100_000) })
  const headers = { ...ada, ...newKey(), 'content-type': 'application/json' }
  const announced = await send(parcels.url, '/api/v1/parcels', { method: 'POST', headers, raw })
  expect([announced.status, announced.body.code]).toEqual([413, 'request.too_large'])
  const chunked = await fetch(`${parcels.url}/api/v1/parcels`, {
    method: 'POST',
    headers,
    body: new Blob([raw]).stream(),
    duplex: 'half',
  })
  expect(chunked.status).toBe(413)
})

test.each([
  ['POST', 'text/plain'],
  ['POST', 'application/x-www-form-urlencoded'],
  ['POST', 'application/merge-patch+json'],
  ['POST', 'application/json; charset=iso-8859-1'],
  ['POST', 'nonsense'],
])('refuses a %s of %s', async (method, type) => {
  const answer = await send(parcels.url, '/api/v1/parcels', {
    method,
    headers: { ...ada, ...newKey(), 'content-type': type },
    raw: '{"label":"a"}',
  })
  expect([answer.status, answer.body.code]).toEqual([415, 'request.media_type_unsupported'])
  expect(answer.headers['accept-post']).toBe('application/json')
})

test('takes JSON with its charset named', async () => {
  const headers = { ...ada, ...newKey(), 'content-type': 'Application/JSON; charset="UTF-8"' }
  expect((await send(parcels.url, '/api/v1/parcels', { method: 'POST', headers, raw: '{"label":"a"}' })).status).toBe(
    201,
  )
})

test.each(['{ "label": "tea" }\n', '{"label":"no","label":"\\u0074ea"}', '\uFEFF{"label":"tea"}'])(
  'hands over the bytes of a body where its contract asks for them: %j',
  async (raw) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await send(parcels.url, '/api/v1/parcels/notices', { method: 'POST', headers, raw })
    expect(answer.status).toBe(200)
    expect(answer.body.label).toBe('tea')
    expect(JSON.parse(answer.text).bytes).toBe(Buffer.from(raw).toString('base64'))
  },
)

test('tells an unknown path from an unknown method', async () => {
  const unknown = await send(parcels.url, '/api/v1/nothing')
  expect([unknown.status, unknown.body.code]).toEqual([404, 'request.path_unknown'])
  const wrong = await send(parcels.url, '/api/v1/parcels/0190b6f0-0000-7000-8000-000000000000', { method: 'POST' })
  expect([wrong.status, wrong.body.code]).toEqual([405, 'request.method_not_allowed'])
  expect(wrong.headers['allow']).toBe('DELETE, GET, HEAD, PATCH, PUT')
})

test.each([
  '/api/v1/parcels/%zz',
  '/api/v1/parcels/%00',
  '/api/v1/parcels?status=%zz',
  '/api/v1/parcels?status=%00',
  '/%',
  '//',
])('answers the malformed address %s without failing', async (path) => {
  const answer = await send(parcels.url, path, { headers: ada })
  expect([400, 404]).toContain(answer.status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
})

test('coerces query values, and only those that are what they say', async () => {
  const labels = ['one', 'two', 'three']
  const carla = { authorization: 'Bearer carla' }
  for (const label of labels) await create(label, carla)
  const first = await send(parcels.url, '/api/v1/parcels?limit=2&status=pending&isHeavy=false&weight=100&weight=7', {
    headers: carla,
  })
  expect(first.status).toBe(200)
  const second = await send(parcels.url, `/api/v1/parcels?limit=2&cursor=${first.body.nextCursor}`, { headers: carla })
  expect([...first.body.items, ...second.body.items].map(({ label }) => label)).toEqual(labels)
  expect(second.body).not.toHaveProperty('nextCursor')
})

test.each([
  ['limit=0', '/limit'],
  ['limit=201', '/limit'],
  ['limit=5x', '/limit'],
  ['limit=1e2', '/limit'],
  ['limit=99999999999999999999', '/limit'],
  ['limit=5&limit=6', '/limit'],
  ['status=unheard', '/status'],
  ['isHeavy=yes', '/isHeavy'],
  ['colour=red', '/colour'],
  ['cursor=rubbish', '/cursor'],
  ['weight=99999999999', '/weight/0'],
])('refuses the query %s', async (query, pointer) => {
  const answer = await send(parcels.url, `/api/v1/parcels?${query}`, { headers: ada })
  expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([422, pointer])
})

test('an id that cannot be one names nothing', async () => {
  const answer = await send(parcels.url, '/api/v1/parcels/17', { headers: ada })
  expect([answer.status, answer.body.code]).toEqual([404, 'parcel.not_found'])
})

test('a path that can name nothing is told so before its body, key or If-Match are looked at', async () => {
  for (const path of ['/api/v1/parcels/17', `/api/v1/parcels/${'1'.repeat(400)}`]) {
    const answer = await send(parcels.url, path, { method: 'PUT', headers: ada, json: { colour: 'red' } })
    expect([answer.status, answer.body.code], path).toEqual([404, 'parcel.not_found'])
  }
  const unpaid = await send(parcels.url, '/api/v1/parcels/17/payments', { method: 'POST', headers: ada })
  expect([unpaid.status, unpaid.body.code]).toEqual([404, 'request.path_unknown'])
  expect((await send(parcels.url, `/api/v1/owners/${'a'.repeat(101)}/events`, { headers: staff })).status).toBe(404)
})

test('asks for a token, refuses a bad one, and tells what is missing', async () => {
  const missing = await send(parcels.url, '/api/v1/parcels')
  expect([missing.status, missing.body.code, missing.headers['www-authenticate']]).toEqual([
    401,
    'auth.token_missing',
    'Bearer realm="stoa"',
  ])
  const expired = await send(parcels.url, '/api/v1/parcels', { headers: { authorization: 'Bearer expired' } })
  expect([expired.status, expired.body.code]).toEqual([401, 'auth.token_invalid'])
  expect(expired.headers['www-authenticate']).toContain('error="invalid_token"')
  const lacking = await send(parcels.url, '/api/v1/parcels', { headers: { authorization: 'Bearer nobody-' } })
  expect([lacking.status, lacking.body.code]).toEqual([403, 'auth.permission_missing'])
  expect(lacking.headers['www-authenticate']).toBe('Bearer realm="stoa", error="insufficient_scope"')
  const narrow = await send(parcels.url, '/api/v1/parcels', { headers: { authorization: 'Bearer narrow-' } })
  expect([narrow.status, narrow.body.code, narrow.body.title, narrow.body.detail]).toEqual([
    403,
    'auth.scope_missing',
    'The token lacks the required scope',
    'The token lacks the scope parcel:read.',
  ])
  expect(narrow.headers['www-authenticate']).toBe(
    'Bearer realm="stoa", error="insufficient_scope", scope="parcel:read"',
  )
  expect((await send(parcels.url, '/api/v1/parcels/sweep', { method: 'POST', headers: ada })).status).toBe(403)
  expect((await send(parcels.url, '/api/v1/parcels/sweep', { method: 'POST', headers: staff })).status).toBe(204)
})

test('on a public route a bad token counts as none', async () => {
  const answer = await send(parcels.url, '/api/v1/parcels/weigh', {
    method: 'POST',
    headers: { authorization: 'Bearer expired' },
    json: { label: 'a' },
  })
  expect([answer.status, answer.body]).toEqual([200, { grams: 100, caller: 'anonymous' }])
})

test('sends a file as its bytes with its name, to its owner', async () => {
  const { body } = await create()
  const path = `/api/v1/parcels/${body.id}/label`
  const { status, headers, text } = await send(parcels.url, path, { headers: ada })
  expect([status, headers['content-type'], headers['content-disposition'], headers['content-length'], text]).toEqual([
    200,
    'application/pdf',
    'attachment; filename="tea.pdf"',
    '8',
    '%PDF-tea',
  ])
  const hidden = await send(parcels.url, path, { headers: bob })
  expect([hidden.status, hidden.body.code]).toEqual([404, 'parcel.not_found'])
  const { body: document } = await send(parcels.url, '/openapi.json')
  expect(JSON.stringify(document.paths['/api/v1/parcels/{id}/label'])).toContain('"content":{"application/pdf":{}}')
})

test("hides another's resource, by its path and by its answer", async () => {
  const { body } = await create()
  const answer = await send(parcels.url, `/api/v1/parcels/${body.id}`, { headers: bob })
  expect([answer.status, answer.body.code]).toEqual([404, 'parcel.not_found'])
  expect((await send(parcels.url, '/api/v1/owners/ada/parcels', { headers: bob })).status).toBe(404)
  expect((await send(parcels.url, `/api/v1/parcels/${body.id}`, { headers: staff })).status).toBe(200)
  expect((await send(parcels.url, '/api/v1/owners/ada/parcels', { headers: staff })).status).toBe(200)
  const changed = await send(parcels.url, `/api/v1/parcels/${body.id}`, {
    method: 'PATCH',
    headers: { ...bob, 'if-match': '*' },
    json: { label: 'mine' },
  })
  expect(changed.status).toBe(404)
  expect((await send(parcels.url, `/api/v1/parcels/${body.id}`, { headers: ada })).body.label).toBe('tea')
})

test('changes a resource only under the version that was read', async () => {
  const { body, headers } = await create()
  const path = `/api/v1/parcels/${body.id}`
  const put = (more: Record<string, string>) =>
    send(parcels.url, path, { method: 'PUT', headers: { ...ada, ...more }, json: { label: 'new' } })
  expect((await put({})).status).toBe(428)
  expect((await put({ 'if-match': 'unquoted' })).status).toBe(400)
  expect((await put({ 'if-match': 'W/"1"' })).status).toBe(412)
  expect((await put({ 'if-match': '"99999999999"' })).status).toBe(412)
  expect((await put({ 'if-match': '"never"' })).status).toBe(412)
  const changed = await put({ 'if-match': headers['etag'] ?? '' })
  expect([changed.status, changed.body.label, changed.headers['etag']]).toEqual([200, 'new', '"2"'])
  const stale = await put({ 'if-match': headers['etag'] ?? '' })
  expect([stale.status, stale.body.code]).toEqual([412, 'request.stale'])
})

test('answers 304 as long as the resource has not changed', async () => {
  const { body, headers } = await create()
  const path = `/api/v1/parcels/${body.id}`
  const same = await send(parcels.url, path, { headers: { ...ada, 'if-none-match': `"0", W/${headers['etag']}` } })
  expect([same.status, same.text, same.headers['etag']]).toEqual([304, '', '"1"'])
  expect((await send(parcels.url, path, { headers: { ...ada, 'if-none-match': '"0"' } })).status).toBe(200)
})

test('takes a merge patch, where null removes', async () => {
  const { body } = await create()
  const path = `/api/v1/parcels/${body.id}`
  const patched = await send(parcels.url, path, {
    method: 'PATCH',
    headers: { ...ada, 'if-match': '"1"' },
    json: { label: null },
  })
  expect([patched.status, patched.body.label, patched.headers['etag']]).toEqual([200, 'no label', '"2"'])
  const plain = await send(parcels.url, path, {
    method: 'PATCH',
    headers: { ...ada, 'if-match': '"2"', 'content-type': 'application/json' },
    raw: '{}',
  })
  expect([plain.status, plain.headers['accept-patch']]).toEqual([415, 'application/merge-patch+json'])
})

test('removes a resource', async () => {
  const { body } = await create()
  const removed = await send(parcels.url, `/api/v1/parcels/${body.id}`, {
    method: 'DELETE',
    headers: { ...ada, 'if-match': '"1"' },
  })
  expect([removed.status, removed.text]).toEqual([204, ''])
  expect((await send(parcels.url, `/api/v1/parcels/${body.id}`, { headers: ada })).status).toBe(404)
})

test('answers HEAD like GET, without the body', async () => {
  const { body } = await create()
  const answer = await send(parcels.url, `/api/v1/parcels/${body.id}`, { method: 'HEAD', headers: ada })
  expect([answer.status, answer.text, answer.headers['etag']]).toEqual([200, '', '"1"'])
})

test('tells nothing of a bug, and logs it once with its stack', async () => {
  const answer = await send(parcels.url, '/api/v1/misbehaviour/throw')
  expect([answer.status, answer.body.code]).toEqual([500, 'service.failed'])
  expect(answer.text).not.toContain('secret')
  const logged = parcels.lines().filter(({ level, traceId }) => level === 'error' && traceId === answer.body.traceId)
  expect(logged).toHaveLength(1)
  expect(JSON.stringify(logged[0])).toContain('a secret of the inside')
  expect(JSON.stringify(logged[0])).toContain('parcel-service.ts')
})

test('fails an answer with a field that is not declared', async () => {
  const answer = await send(parcels.url, '/api/v1/misbehaviour/leak')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('hunter2')
})

test('answers 504 at the deadline, and does nothing past it', async () => {
  const slow = await send(parcels.url, '/api/v1/misbehaviour/hang')
  expect([slow.status, slow.body.code]).toEqual([504, 'request.deadline_exceeded'])
  const runs = parcels.hall.createdRuns
  const late = await send(parcels.url, '/api/v1/parcels', {
    method: 'POST',
    headers: { ...ada, ...newKey(), 'x-request-deadline': String(Date.now() - 1) },
    json: { label: 'late' },
  })
  expect([late.status, late.body.code]).toEqual([504, 'request.deadline_exceeded'])
  expect(parcels.hall.createdRuns).toBe(runs)
})

test('the time that is left goes before a deadline by another clock', async () => {
  const create = (headers: Record<string, string>) =>
    send(parcels.url, '/api/v1/parcels', {
      method: 'POST',
      headers: { ...ada, ...newKey(), ...headers },
      json: { label: 'skewed' },
    })
  const deadline = { 'x-request-deadline': String(Date.now() - 10_000) }
  expect((await create({ ...deadline, 'grpc-timeout': '5S' })).status).toBe(201)
  const spent = await create({ 'x-request-deadline': String(Date.now() + 10_000), 'grpc-timeout': '0m' })
  expect([spent.status, spent.body.code]).toEqual([504, 'request.deadline_exceeded'])
})

test('hands the request id back, continues with the trace, and writes one access line', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const headers = { ...ada, ...newKey(), 'x-request-id': 'mine-1', traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
  const answer = await send(parcels.url, '/api/v1/parcels', { method: 'POST', headers, json: { label: 'traced' } })
  expect(answer.headers['x-request-id']).toBe('mine-1')
  await expect.poll(() => parcels.lines().filter((line) => line['traceId'] === traceId)).toHaveLength(1)
  expect(parcels.lines().find((line) => line['traceId'] === traceId)).toMatchObject({
    message: 'request answered',
    method: 'POST',
    route: '/api/v1/parcels',
    status: 201,
    requestId: 'mine-1',
    subject: 'ada',
    parcelId: answer.body.id,
  })
  const odd = await send(parcels.url, '/api/v1/nothing', { headers: { 'x-request-id': 'not\tone' } })
  expect(odd.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
})

test('serves foreign handlers under their prefix, with their permission', async () => {
  expect((await send(parcels.url, '/foreign/a?b=c', { headers: ada })).text).toBe('foreign /foreign/a?b=c')
  expect((await send(parcels.url, '/foreign/a')).status).toBe(401)
  expect((await send(parcels.url, '/foreigner', { headers: ada })).status).toBe(404)
  expect((await send(parcels.url, '/health/live')).text).toBe('live')
})

test('keeps the trace of a refusal that leaves one', async () => {
  const wrong = await send(parcels.url, '/api/v1/parcels/sign-in', { method: 'POST', json: { password: 'wrong' } })
  expect([wrong.status, wrong.body.code, wrong.body.title]).toEqual([
    401,
    'parcel.wrong_password',
    'The password is wrong',
  ])
  expect(wrong.headers['www-authenticate']).toBe('Bearer realm="stoa"')
  const rows = await db.database.read.sql`select 1 from attempts where what = 'wrong password'`
  expect(rows).toHaveLength(1)
  const right = await send(parcels.url, '/api/v1/parcels/sign-in', { method: 'POST', json: { password: 'right' } })
  expect(right.status).toBe(200)
})

test('answers its contract as OpenAPI', async () => {
  const { body } = await send(parcels.url, '/openapi.json')
  expect(body.paths['/api/v1/parcels']?.['post']?.operationId).toBe('createParcel')
})
