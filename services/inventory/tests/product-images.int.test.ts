import { hash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request as sendHttp, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { json, text } from 'node:stream/consumers'
import { removeStrays, sweepBlobs, type ObjectStore } from '@stoa/blobs'
import { asCaller } from '@stoa/local'
import { AppError, newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventory } from '@stoa/contracts/inventory/service'
import { staff, startInventory, type InventoryApp } from './inventory-app.ts'

let app: InventoryApp

beforeAll(async () => {
  app = await startInventory()
})

afterAll(() => app.service.stop())

/** A PNG of this size, whose pixels are not needed. */
function png(widthPixels: number, heightPixels: number, moreBytes = 100): Buffer {
  const head = Buffer.alloc(33 + moreBytes, 1)
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]).copy(head)
  head.write('IHDR', 12, 'latin1')
  head.writeUInt32BE(widthPixels, 16)
  head.writeUInt32BE(heightPixels, 20)
  return head
}

interface Sent {
  readonly type?: string
  readonly key?: string
  readonly as?: { readonly subject: string; readonly roles: string[] }
}

async function add(productId: string, bytes: Buffer, { type = 'image/png', key, as = staff }: Sent = {}) {
  const response = await fetch(`${app.service.url}/api/v1/products/${productId}/images`, {
    method: 'POST',
    headers: {
      authorization: asCaller(as),
      'content-type': type,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: new Uint8Array(bytes),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

const blobs = () => app.service.database.read.sql<{ state: string }>`select state from public.blobs`

test('an added image is read back unchanged, and the product lists it', async () => {
  const { id } = await app.stocked('IMG-1')
  const bytes = png(40, 30)
  const added = await add(id, bytes)
  expect(added).toMatchObject({ status: 201, body: { widthPixels: 40, heightPixels: 30, sizeBytes: bytes.length } })
  const product = await app.ask('GET', `/api/v1/products/${id}`)
  expect(product.body.images).toEqual([added.body])
  const read = await fetch(app.service.url + String(added.body['path']))
  expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true)
  expect(Object.fromEntries(read.headers)).toMatchObject({
    etag: `"${hash('sha256', bytes)}"`,
    'content-type': 'image/png',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
  })
})

test('returns a range, nothing that the client has, and 416 with the size for a range outside', async () => {
  const { id } = await app.stocked('IMG-2')
  const bytes = png(4, 3)
  const { body } = await add(id, bytes)
  const url = app.service.url + String(body['path'])
  const get = (headers: Record<string, string>, method = 'GET') => fetch(url, { method, headers })
  const part = await get({ range: 'bytes=8-15' })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 8-15/${bytes.length}`])
  expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(8, 16))
  const etag = part.headers.get('etag') ?? ''
  expect((await get({ 'if-none-match': etag })).status).toBe(304)
  expect((await get({ range: 'bytes=8-15', 'if-range': '"another"' })).status).toBe(200)
  const outside = await get({ range: `bytes=${bytes.length}-` })
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`])
  const head = await get({}, 'HEAD')
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)])
})

test('refuses an image that lies about its type, and keeps nothing of it', async () => {
  const { id } = await app.stocked('IMG-3')
  const before = (await blobs()).length
  const lie = await add(id, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'))
  expect(lie).toMatchObject({ status: 422, body: { code: 'request.content_mismatch' } })
  const svg = await add(id, Buffer.from('<svg/>'), { type: 'image/svg+xml' })
  expect(svg).toMatchObject({ status: 415, body: { code: 'request.media_type_unsupported' } })
  expect(svg.headers.get('accept-post')).toBe('image/jpeg, image/png, image/webp')
  expect(await add(id, png(100_000, 100_000))).toMatchObject({
    status: 422,
    body: { code: 'product.image_unreadable' },
  })
  expect(await add(id, png(4, 3, 11 * 1_048_576))).toMatchObject({ status: 413, body: { code: 'request.too_large' } })
  expect(await blobs()).toHaveLength(before)
})

test('after a refusal in the middle of a body, its connection serves the next request', async () => {
  const { id } = await app.stocked('IMG-7')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = async (bytes: Buffer) => {
    const sent = sendHttp(`${app.service.url}/api/v1/products/${id}/images`, {
      agent,
      method: 'POST',
      headers: { authorization: asCaller(staff), 'content-type': 'image/png', 'content-length': bytes.length },
    })
    sent.end(bytes)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    // not `reusedSocket`: it stays false for a request that waited until the body before it was written
    const port = response.socket.localPort
    await json(response)
    return { status: response.statusCode, port }
  }
  const refused = await send(Buffer.alloc(9 * 1_048_576, 'no image'))
  expect(refused.status).toBe(422)
  expect(await send(png(4, 3))).toEqual({ status: 201, port: refused.port })
  agent.destroy()
})

test('a repeat with the same key adds no second image, and another content is refused', async () => {
  const { id } = await app.stocked('IMG-4')
  const first = await add(id, png(5, 5), { key: 'image-4' })
  const again = await add(id, png(5, 5), { key: 'image-4' })
  expect([again.status, again.body]).toEqual([201, first.body])
  expect(await add(id, png(6, 6), { key: 'image-4' })).toMatchObject({
    status: 422,
    body: { code: 'idempotency.key_reused' },
  })
  expect((await app.ask('GET', `/api/v1/products/${id}`)).body.images).toHaveLength(1)
})

test('an upload whose client leaves stores nothing', async () => {
  const { id } = await app.stocked('IMG-5')
  const before = (await blobs()).length
  const sent = sendHttp(`${app.service.url}/api/v1/products/${id}/images`, {
    method: 'POST',
    headers: { authorization: asCaller(staff), 'content-type': 'image/png', 'content-length': '5000' },
  })
  sent.on('error', () => {})
  sent.write(png(9, 9))
  await eventually(async () => expect(await blobs()).toHaveLength(before + 1))
  sent.destroy()
  await eventually(async () => expect(await blobs()).toHaveLength(before))
})

test('only staff may add and remove images; a removed one is gone for all', async () => {
  const { id } = await app.stocked('IMG-6')
  const customer = { subject: '0198c0de-0000-7000-8000-00000000000b', roles: ['customer'] }
  expect((await add(id, png(4, 4), { as: customer })).status).toBe(403)
  const { body } = await add(id, png(4, 4))
  expect((await app.ask('DELETE', String(body['path']), { as: customer })).status).toBe(403)
  expect((await app.ask('DELETE', String(body['path']))).status).toBe(204)
  expect((await fetch(app.service.url + String(body['path']))).status).toBe(404)
  expect((await app.ask('GET', `/api/v1/products/${id}`)).body.images).toBeUndefined()
})

test('the content of dropped blobs is removed, and that of kept ones stays', async () => {
  const removed: string[] = []
  const store = { remove: async (key: string) => void removed.push(key) }
  const dropped = (await blobs()).filter(({ state }) => state === 'dropped').length
  const { database } = app.service
  const sweep = { service: inventory, database, store: store as unknown as ObjectStore }
  await sweepBlobs(sweep, { receivedHours: 24, droppedMinutes: 0 })
  expect(removed).toHaveLength(dropped)
  expect(dropped).toBeGreaterThan(0)
  expect((await blobs()).map(({ state }) => state)).not.toContain('dropped')
})

test('an object without a row is removed once it is two days old', async () => {
  const [kept] = await app.service.database.read.sql<{
    id: string
  }>`select id from public.blobs where state = 'kept' limit 1`
  const old = '0190b6f0-0000-7000-8000-000000000000'
  const young = newId()
  const removed: string[] = []
  let owner: string | undefined
  const store: Pick<ObjectStore, 'list' | 'read' | 'remove' | 'write'> = {
    async *list(prefix) {
      yield [old, young, kept?.id].map((id) => `${prefix}/${id}`)
    },
    async read(key) {
      if (owner === undefined) throw new AppError('not_found', 'blob.lost', key)
      return Readable.from([Buffer.from(owner)])
    },
    remove: async (key) => void removed.push(key),
    write: async (_key, bytes) => void (owner = await text(bytes)),
  }
  const { database } = app.service
  const places = { service: inventory, database, store: store as ObjectStore }
  expect(kept).toBeDefined()
  expect(await removeStrays(places)).toBe(1)
  expect(removed).toEqual([`inventory/images/${old}`])
  owner = newId()
  await expect(removeStrays(places)).rejects.toThrow('belong to another database')
  expect(removed).toHaveLength(1)
})
