import { hash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request as sendHttp, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { s3Store, sweepBlobs } from '@stoa/blobs'
import { inventory } from '@stoa/contracts/inventory/service'
import { asCaller } from '@stoa/local'
import { eventually, hasS3Server, startS3Server, type S3Server } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { staff, startInventory, type InventoryApp } from './inventory-app.ts'

/** A PNG of 4 by 3 pixels, as far as its head. */
function png(sizeBytes = 200): Buffer {
  const bytes = Buffer.alloc(sizeBytes, 1)
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]).copy(bytes)
  bytes.write('IHDR', 12, 'latin1')
  bytes.writeUInt32BE(4, 16)
  bytes.writeUInt32BE(3, 20)
  return bytes
}

describe.runIf(hasS3Server())('images in a bucket of S3', () => {
  let server: S3Server
  let app: InventoryApp
  beforeAll(async () => {
    server = await startS3Server()
    app = await startInventory({ ...server.settings, S3_TIMEOUT_MS: '60000' })
  })
  afterAll(async () => {
    await app.service.stop()
    await server.remove()
  })

  const add = async (productId: string, bytes: Buffer, key?: string) => {
    const response = await fetch(`${app.service.url}/api/v1/products/${productId}/images`, {
      method: 'POST',
      headers: {
        authorization: asCaller(staff),
        'content-type': 'image/png',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: new Uint8Array(bytes),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const open = () => {
    const { url, credentials } = server
    return s3Store({ url, region: 'us-east-1', isPathStyle: true, credentials, timeoutMs: 60_000 })
  }
  const stored = async () => (await Array.fromAsync(open().list('inventory/images'))).flat()
  const rows = () => app.service.database.read.sql<{ state: string }>`select state from public.blobs`

  test('are read whole and in part, also beyond one part of an upload, and are removed', async () => {
    const { id } = await app.stocked('S3-1')
    for (const bytes of [png(), png(9 * 1_048_576)]) {
      const added = await add(id, bytes)
      expect(added).toMatchObject({ status: 201, body: { widthPixels: 4, sizeBytes: bytes.length } })
      const url = app.service.url + String(added.body['path'])
      const read = await fetch(url)
      expect(read.headers.get('etag')).toBe(`"${hash('sha256', bytes)}"`)
      expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true)
      const part = await fetch(url, { headers: { range: `bytes=-8` } })
      expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(-8)])
      expect((await app.ask('DELETE', String(added.body['path']))).status).toBe(204)
    }
    expect(await stored()).toHaveLength(2)
    const { database } = app.service
    await sweepBlobs({ service: inventory, database, store: open() }, { receivedHours: 24, droppedMinutes: 0 })
    expect([await stored(), await rows()]).toEqual([[], []])
  })

  test('an upload whose client leaves stores nothing, and leaves no parts', async () => {
    const { id } = await app.stocked('S3-2')
    const sent = sendHttp(`${app.service.url}/api/v1/products/${id}/images`, {
      method: 'POST',
      headers: { authorization: asCaller(staff), 'content-type': 'image/png', 'content-length': 9 * 1_048_576 },
    })
    sent.on('error', () => {})
    sent.write(png(8 * 1_048_576))
    await eventually(async () => expect(await server.unfinishedParts()).not.toEqual([]))
    sent.destroy()
    await eventually(async () => expect(await rows()).toEqual([]))
    await eventually(async () => expect(await server.unfinishedParts()).toEqual([]))
  })

  test('a connection whose upload the bucket has failed serves the next request', async () => {
    const { id } = await app.stocked('S3-4')
    await server.kill()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    // more than open the breaker, which refuses in the middle of a body
    for (let count = 0; count < 8; count += 1) {
      const bytes = png(9 * 1_048_576)
      const sent = sendHttp(`${app.service.url}/api/v1/products/${id}/images`, {
        agent,
        method: 'POST',
        headers: { authorization: asCaller(staff), 'content-type': 'image/png', 'content-length': bytes.length },
      })
      const isSent = once(sent, 'finish')
      sent.end(bytes)
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      expect(await json(response)).toMatchObject({ code: 'blob.unavailable' })
      await isSent
      expect(sent.reusedSocket).toBe(count > 0)
    }
    agent.destroy()
    await server.start()
    await eventually(async () => expect(await add(id, png())).toMatchObject({ status: 201 }))
  })

  test('while the bucket is down images are refused with 503 and all else works; then nothing is lost', async () => {
    const { id } = await app.stocked('S3-3')
    const kept = await add(id, png())
    const before = (await rows()).length
    const url = app.service.url + String(kept.body['path'])
    await server.kill()
    const refused = { status: 503, body: { code: 'blob.unavailable', status: 503 } }
    expect(await add(id, png(), 'image-while-down')).toMatchObject(refused)
    const read = await fetch(url)
    expect([read.status, await read.json()]).toMatchObject([503, { code: 'blob.unavailable' }])
    expect((await app.ask('GET', `/api/v1/products/${id}`)).body.images).toEqual([kept.body])
    expect((await fetch(`${app.service.url}/health/ready`)).status).toBe(200)
    const health = (await (await fetch(`${app.service.url}/health`)).json()) as Record<string, unknown>
    expect(health).toMatchObject({ status: 'degraded', components: { blobs: { status: 'down' } } })
    await server.start()
    await eventually(async () => expect((await fetch(url)).status).toBe(200))
    await eventually(async () => expect(await add(id, png(), 'image-while-down')).toMatchObject({ status: 201 }))
    expect(await rows()).toHaveLength(before + 1)
  })
})
