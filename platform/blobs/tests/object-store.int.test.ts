import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { hasS3Server, startS3Server } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderStore, s3Store, type ObjectStore } from '@stoa/blobs'

interface Driver {
  readonly name: string
  readonly isThere: boolean
  readonly start: () => Promise<{ readonly store: ObjectStore; readonly stop: () => Promise<void> }>
}

const drivers: readonly Driver[] = [
  {
    name: 'a folder',
    isThere: true,
    async start() {
      const folder = await mkdtemp(join(tmpdir(), 'stoa-objects-'))
      return { store: folderStore(folder), stop: () => rm(folder, { recursive: true }) }
    },
  },
  {
    name: 'a bucket of S3',
    isThere: hasS3Server(),
    async start() {
      const server = await startS3Server()
      const { url, credentials } = server
      const store = s3Store({
        url: `${url}/shop`,
        region: 'us-east-1',
        isPathStyle: true,
        credentials,
        timeoutMs: 60_000,
      })
      return { store, stop: server.remove }
    },
  },
]

const mebibyte = 1_048_576

describe.each(drivers)('objects in $name', ({ isThere, start }) => {
  let store: ObjectStore
  let stop: () => Promise<void>
  beforeAll(async () => {
    if (isThere) ({ store, stop } = await start())
  })
  afterAll(() => stop?.())

  const write = (key: string, text: string, sizeBytes: number | undefined = Buffer.byteLength(text)) =>
    store.write(key, Readable.from([Buffer.from(text)]), sizeBytes)
  const textOf = async (key: string, range?: { start: number; end: number }) =>
    (await buffer(await store.read(key, range))).toString()
  const listed = async (prefix: string) => (await Array.fromAsync(store.list(prefix))).flat().toSorted()

  test.runIf(isThere)('an object is read whole or in part, and is missing once it is removed', async () => {
    expect(await store.sizeOf('shop/images/a')).toBeUndefined()
    await write('shop/images/a', 'green tea')
    expect(await store.sizeOf('shop/images/a')).toBe(9)
    expect(await textOf('shop/images/a')).toBe('green tea')
    expect(await textOf('shop/images/a', { start: 6, end: 8 })).toBe('tea')
    expect(await textOf('shop/images/a', { start: 0, end: 0 })).toBe('g')
    await store.remove('shop/images/a')
    await expect(store.read('shop/images/a')).rejects.toMatchObject({ code: 'blob.lost' })
    expect(await store.sizeOf('shop/images/a')).toBeUndefined()
    await store.remove('shop/images/a')
  })

  test.runIf(isThere)('an object may be empty, and its size need not be known before', async () => {
    await write('shop/sizes/empty', '')
    expect([await store.sizeOf('shop/sizes/empty'), await textOf('shop/sizes/empty')]).toEqual([0, ''])
    await write('shop/sizes/unknown', 'black tea', undefined)
    expect(await textOf('shop/sizes/unknown')).toBe('black tea')
  })

  test.runIf(isThere)('an object written again has the later content', async () => {
    await write('shop/again/a', 'green')
    await write('shop/again/a', 'black tea')
    expect(await textOf('shop/again/a')).toBe('black tea')
  })

  test.runIf(isThere)('of a write that breaks off nothing remains', async () => {
    const broken = async function* (before: number) {
      for (let sent = 0; sent < before; sent += mebibyte) yield Buffer.alloc(mebibyte)
      throw new Error('the sender left')
    }
    for (const before of [mebibyte, 12 * mebibyte]) {
      const bytes = Readable.from(broken(before))
      await expect(store.write('shop/broken/a', bytes, 20 * mebibyte)).rejects.toThrow('the sender left')
      expect(await listed('shop/broken')).toEqual([])
    }
  })

  test.runIf(isThere)('content that is longer or shorter than said is not stored', async () => {
    await expect(write('shop/wrong/a', 'green tea', 8)).rejects.toMatchObject({ code: 'request.malformed' })
    await expect(write('shop/wrong/a', 'green tea', 10)).rejects.toMatchObject({ code: 'request.malformed' })
    const large = () => Readable.from([Buffer.alloc(6 * mebibyte), Buffer.alloc(6 * mebibyte)])
    for (const size of [11, 13])
      await expect(store.write('shop/wrong/a', large(), size * mebibyte)).rejects.toMatchObject({
        code: 'request.malformed',
      })
    expect(await listed('shop/wrong')).toEqual([])
  })

  test.runIf(isThere)('many objects are listed by the thousand, and only those below the prefix', async () => {
    const keys = Array.from({ length: 1_100 }, (_, index) => `shop/many/${String(index).padStart(4, '0')}`)
    const left = [...keys, 'shop/many-others/0001']
    while (left.length > 0) await Promise.all(left.splice(0, 50).map((key) => write(key, 'x')))
    const batches = await Array.fromAsync(store.list('shop/many'))
    expect(Math.max(...batches.map(({ length }) => length))).toBe(1_000)
    expect(batches.flat().toSorted()).toEqual(keys)
    expect(await listed('shop/none')).toEqual([])
  })

  test.runIf(isThere)('what several write at once, each reads back', async () => {
    const contents = Array.from({ length: 6 }, () => randomBytes(6 * mebibyte + 7))
    await Promise.all(
      contents.map((each, index) => store.write(`shop/at-once/${index}`, Readable.from([each]), each.length)),
    )
    for (const [index, each] of contents.entries())
      expect((await buffer(await store.read(`shop/at-once/${index}`))).equals(each)).toBe(true)
  })

  test.runIf(isThere)('a large object passes through with flat memory, and has every byte', async () => {
    const chunks = 400
    const hash = createHash('sha256')
    async function* content() {
      for (let index = 0; index < chunks; index += 1) {
        const chunk = Buffer.alloc(mebibyte, index % 251)
        hash.update(chunk)
        yield chunk
      }
    }
    const before = process.memoryUsage.rss()
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20)
    await store.write('shop/large/a', Readable.from(content()), chunks * mebibyte)
    const read = createHash('sha256')
    for await (const chunk of await store.read('shop/large/a')) read.update(chunk as Buffer)
    clearInterval(watch)
    expect(read.digest('hex')).toBe(hash.digest('hex'))
    expect(Math.round((most - before) / mebibyte)).toBeLessThan(150)
    await store.remove('shop/large/a')
  })

  test.runIf(isThere).each(['../etc/passwd', 'shop/../a', '/a', 'shop//a', ''])('refuses the key %j', async (key) => {
    await expect(store.read(key)).rejects.toThrow('not the key of an object')
    await expect(write(key, 'x')).rejects.toThrow('not the key of an object')
  })

  test.runIf(isThere)('is said to be usable', () => store.check())
})
