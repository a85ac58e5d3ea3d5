import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { purgeIdempotencyRecords } from '../src/index.ts'
import { ada, bob, newKey, send, type Received } from './client.ts'
import { parcelMigrations, startParcels, type Started } from './parcel-service.ts'

let db: TestDatabase
let parcels: Started
let replica: Started

beforeAll(async () => {
  db = await testDatabase({ sets: parcelMigrations, name: 'http-idempotency' })
  parcels = await startParcels(db.database)
  replica = await startParcels(db.database)
})

afterEach(() => {
  for (const { hall } of [parcels, replica]) {
    hall.beforeCreate = undefined
    hall.duringCreate = undefined
    hall.charge = async () => 500
  }
})

afterAll(async () => {
  await parcels?.close()
  await replica?.close()
  await db?.close()
})

const create = (key: Record<string, string>, label = 'tea', at = parcels, who = ada): Promise<Received> =>
  send(at.url, '/api/v1/parcels', { method: 'POST', headers: { ...who, ...key }, json: { label } })

const count = async (label: string) => {
  const [row] = await db.database.read.sql<{ n: number }>`select count(*)::int as n from parcels where label = ${label}`
  return row?.n
}

test('ten requests with one key, at two replicas at once, make one parcel and get ten equal answers', async () => {
  const key = newKey()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => create(key, 'ten', n % 2 === 0 ? parcels : replica)),
  )
  expect(await count('ten')).toBe(1)
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(answers[0]?.status).toBe(201)
})

test('a repeat never reaches the handler', async () => {
  const key = newKey()
  const first = await create(key, 'once')
  const runs = parcels.hall.createdRuns
  const second = await create(key, 'once')
  expect(parcels.hall.createdRuns).toBe(runs)
  expect([second.status, second.body]).toEqual([first.status, first.body])
})

test('a repeat gets the first status with the resource as it now stands', async () => {
  const key = newKey()
  const { body } = await create(key, 'moving')
  await db.database.transaction(({ sql }) => sql`update parcels set status = 'sent' where id = ${body.id}`)
  const repeated = await create(key, 'moving')
  expect([repeated.status, repeated.body.status]).toEqual([201, 'sent'])
})

test('a key stands for one body, however it is written, and one path', async () => {
  const key = newKey()
  await create(key, 'body one')
  const other = await create(key, 'body two')
  expect([other.status, other.body.code]).toEqual([422, 'idempotency.key_reused'])
  const raw = '{ "weight" : 100, "label":"body one" }'
  const headers = { ...ada, ...key, 'content-type': 'application/json' }
  expect((await send(parcels.url, '/api/v1/parcels', { method: 'POST', headers, raw })).status).toBe(201)
  expect(await count('body one')).toBe(1)
})

test('a key belongs to one subject', async () => {
  const key = newKey()
  const [mine, theirs] = [await create(key, 'whose'), await create(key, 'whose', parcels, bob)]
  expect(theirs.body.ownerId).toBe('bob')
  expect(theirs.body.id).not.toBe(mine.body.id)
})

test('a quoted key is the same as a bare one', async () => {
  const key = newKey()['idempotency-key']
  const bare = await create({ 'idempotency-key': key }, 'quoted')
  const quoted = await create({ 'idempotency-key': `"${key}"` }, 'quoted')
  expect(quoted.body.id).toBe(bare.body.id)
})

test.each(['', '""', 'two words', `x${'x'.repeat(255)}`, '"open', 'naïve'])('refuses the key %j', async (key) => {
  const answer = await create({ 'idempotency-key': Buffer.from(key, 'utf8').toString('latin1') })
  expect([answer.status, answer.body.code]).toEqual([400, 'idempotency.key_malformed'])
})

test('asks for a key where one is required', async () => {
  const answer = await create({})
  expect([answer.status, answer.body.code]).toEqual([400, 'idempotency.key_required'])
})

test('a request that failed in its transaction left nothing, and can be retried', async () => {
  const key = newKey()
  parcels.hall.duringCreate = () => Promise.reject(new Error('crashed'))
  expect((await create(key, 'crashing')).status).toBe(500)
  expect(await count('crashing')).toBe(0)
  parcels.hall.duringCreate = undefined
  expect((await create(key, 'crashing')).status).toBe(201)
  expect(await count('crashing')).toBe(1)
})

test('a refusal rolls back and keeps no record', async () => {
  const key = newKey()
  const late = await create(key, 'too late')
  expect([late.status, late.body.code]).toEqual([409, 'parcel.forbidden_label'])
  expect(await count('too late')).toBe(0)
  expect((await create(key, 'another label')).status).toBe(201)
})

test('a repeat that finds a refusal outside commit gets the effect of the one that was quicker', async () => {
  const key = newKey()
  // The other replica finishes while this one's handler is on its way to a refusal.
  parcels.hall.beforeCreate = async () => {
    const done = await create(key, 'quick', replica)
    expect(done.status).toBe(201)
    throw Object.assign(
      new (await import('@stoa/kernel')).AppError('conflict', 'parcel.forbidden_label', 'Not any more.'),
    )
  }
  const answer = await create(key, 'quick')
  expect(answer.status).toBe(201)
  expect(await count('quick')).toBe(1)
})

test.each([
  ['in this process', () => parcels],
  ['in another', () => replica],
])('a repeat of one under way %s is told so after a second', async (_, where) => {
  const key = newKey()
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  parcels.hall.duringCreate = () => {
    enter()
    return gate
  }
  const first = create(key, 'slow')
  await entered
  const repeated = await create(key, 'slow', where())
  expect([repeated.status, repeated.body.code, repeated.headers['retry-after']]).toEqual([
    409,
    'idempotency.in_progress',
    '1',
  ])
  open()
  expect((await first).status).toBe(201)
  expect((await create(key, 'slow', where())).body.id).toBe((await first).body.id)
})

test('a repeat waits for one that soon ends', async () => {
  const key = newKey()
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  parcels.hall.duringCreate = () => {
    enter()
    return gate
  }
  const first = create(key, 'soon')
  await entered
  const repeated = [create(key, 'soon'), create(key, 'soon', replica)]
  setTimeout(open, 200)
  const answers = await Promise.all([first, ...repeated])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(await count('soon')).toBe(1)
})

const pay = (key: Record<string, string>, at = parcels) =>
  send(at.url, '/api/v1/parcels/0190b6f0-0000-7000-8000-000000000000/payments', {
    method: 'POST',
    headers: { ...ada, ...key },
  })

test('an external effect that began and did not end is asked for again by its key, and begun once', async () => {
  const key = newKey()
  const asked: string[] = []
  parcels.hall.begunRuns = 0
  parcels.hall.charge = (providerKey) => {
    asked.push(providerKey)
    return asked.length === 1 ? Promise.reject(new Error('no answer')) : Promise.resolve(700)
  }
  const first = await pay(key)
  expect([first.status, first.body.code]).toEqual([503, 'parcel.carrier_away'])
  const second = await pay(key)
  const third = await pay(key)
  expect([second.status, second.body.amount]).toEqual([201, 700])
  expect(third.body).toEqual(second.body)
  expect(parcels.hall.begunRuns).toBe(1)
  expect(asked).toEqual([key['idempotency-key'], key['idempotency-key']])
  expect(
    await db.database.read.sql`select 1 from payments where provider_key = ${key['idempotency-key']}`,
  ).toHaveLength(1)
})

test('ten external effects with one key at two replicas leave one payment', async () => {
  const key = newKey()
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => pay(key, n % 2 === 0 ? parcels : replica)))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(
    await db.database.read.sql`select 1 from payments where provider_key = ${key['idempotency-key']}`,
  ).toHaveLength(1)
})

test('an operation that answers itself keeps its answer for the repeat', async () => {
  const { body } = await create(newKey(), 'patched twice')
  const key = newKey()
  const change = () =>
    send(parcels.url, `/api/v1/parcels/${body.id}`, {
      method: 'PATCH',
      headers: { ...ada, ...key, 'if-match': '"1"' },
      json: { label: 'kept' },
    })
  const [first, second] = [await change(), await change()]
  expect([second.status, second.text, second.headers['etag']]).toEqual([200, first.text, '"2"'])
})

test('operations that keep no record run each time', async () => {
  const key = newKey()
  const signIn = () =>
    send(parcels.url, '/api/v1/parcels/sign-in', { method: 'POST', headers: key, json: { password: 'right' } })
  expect((await signIn()).body.token).not.toBe((await signIn()).body.token)
  expect(
    await db.database.read.sql`select 1 from idempotency_records where key = ${key['idempotency-key']}`,
  ).toHaveLength(0)
})

test('keys are kept for a day', async () => {
  const [old, recent] = [newKey(), newKey()]
  const first = await create(old, 'old')
  await create(recent, 'recent')
  await db.database.transaction(
    ({ sql }) =>
      sql`update idempotency_records set created_at = now() - interval '25 hours' where key = ${old['idempotency-key']}`,
  )
  expect(await purgeIdempotencyRecords(db.database)).toBe(1)
  expect((await create(old, 'old')).body.id).not.toBe(first.body.id)
  await create(recent, 'recent')
  expect(await count('recent')).toBe(1)
})
