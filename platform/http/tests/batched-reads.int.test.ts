import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ada, bob, newKey, send, staff } from './client.ts'
import { parcelMigrations, startParcels, type Started } from './parcel-service.ts'

let db: TestDatabase
let parcels: Started
let id: string

beforeAll(async () => {
  db = await testDatabase({ sets: parcelMigrations, name: 'http-batched-reads' })
  parcels = await startParcels(db.database)
  const headers = { ...ada, ...newKey() }
  id = (await send(parcels.url, '/api/v1/parcels', { method: 'POST', headers, json: { label: 'tea' } })).body.id
})

afterAll(async () => {
  await parcels?.close()
  await db?.close()
})

interface Item {
  readonly status: number
  readonly body?: any
  readonly problem?: {
    readonly code: string
    readonly detail: string
    readonly errors?: readonly { readonly pointer: string }[]
  }
}

const read = (operation: string, params: object = {}, search = '') => ({ operation, params, search })

async function ask(reads: readonly object[], headers: Record<string, string> = ada): Promise<readonly Item[]> {
  const { status, body } = await send(parcels.url, '/internal/reads', { method: 'POST', headers, json: { reads } })
  expect(status).toBe(200)
  return body.items as unknown as readonly Item[]
}

const codes = (items: readonly Item[]) => items.map(({ status, problem }) => problem?.code ?? status)

test('answers each read as a request of its own would be, in their order', async () => {
  const [list, one, owned] = await ask([
    read('listParcels', {}, 'limit=1'),
    read('getParcel', { id }),
    read('listOwnerParcels', { ownerId: 'ada' }),
  ])
  const alone = await send(parcels.url, `/api/v1/parcels/${id}`, { headers: ada })
  expect(one).toEqual({ status: 200, body: alone.body })
  expect([list?.body.items, owned?.body.items]).toEqual([[alone.body], [alone.body]])
})

test('hides what belongs to others, by the path and by the response', async () => {
  const reads = [read('getParcel', { id }), read('listOwnerParcels', { ownerId: 'ada' })]
  expect(codes(await ask(reads, bob))).toEqual(['parcel.not_found', 'request.path_unknown'])
  expect(codes(await ask(reads, staff))).toEqual([200, 200])
})

test('checks the permission of each read', async () => {
  const reads = [read('getParcel', { id }), read('misbehave', { how: 'nothing' })]
  expect(codes(await ask(reads, {}))[0]).toBe('auth.token_missing')
  expect(codes(await ask(reads, { authorization: 'Bearer nobody-' }))[0]).toBe('auth.permission_missing')
})

test('one that is refused leaves the others', async () => {
  const items = await ask([
    read('getParcel', { id: 'none' }),
    read('listParcels', {}, 'limit=0'),
    read('getParcel', { id }),
  ])
  expect(codes(items)).toEqual(['parcel.not_found', 'request.invalid', 200])
  expect(items[1]?.problem?.errors).toMatchObject([{ pointer: '/limit' }])
})

test('reads only: neither writes, nor streams, nor files, nor what is not there', async () => {
  for (const name of ['createParcel', 'watch', 'getLabel', 'foreign', 'nothing', 'constructor']) {
    expect(codes(await ask([read(name, { id, ownerId: 'ada' })])), name).toEqual(['request.path_unknown'])
  }
})

test('is bounded, and refuses another form', async () => {
  const post = (json: object, headers: Record<string, string> = ada) =>
    send(parcels.url, '/internal/reads', { method: 'POST', headers, json })
  expect((await post({ reads: [] })).status).toBe(422)
  expect((await post({ reads: Array.from({ length: 501 }, () => read('listParcels')) })).status).toBe(422)
  expect((await post({ reads: [{ ...read('listParcels'), body: {} }] })).status).toBe(422)
  expect((await post({ reads: [read('listParcels', {}, 'x'.repeat(600_000))] })).status).toBe(413)
  expect((await send(parcels.url, '/internal/reads', { headers: ada })).status).toBe(404)
})

test('a condition of the caller leaves no read without its body', async () => {
  const [item] = await ask([read('getParcel', { id })], { ...ada, 'if-none-match': '*' })
  expect(item).toMatchObject({ status: 200, body: { id } })
})

test('is left where it is when its caller leaves', async () => {
  const leaving = new AbortController()
  const reads = Array.from({ length: 9 }, () => read('misbehave', { how: 'hang' }))
  const asked = fetch(`${parcels.url}/internal/reads`, {
    method: 'POST',
    headers: { ...ada, 'content-type': 'application/json' },
    body: JSON.stringify({ reads }),
    signal: leaving.signal,
  })
  await eventually(() => expect(parcels.hall.hangingRuns).toBe(4))
  leaving.abort()
  await asked.catch(() => {})
  await eventually(() => expect(parcels.app.inFlight()).toBe(0))
  expect(parcels.hall.hangingRuns).toBe(4)
})
