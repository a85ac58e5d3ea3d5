import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folderStore } from './folder-store.ts'
import type { ObjectStore } from './object-store.ts'

let folder: string
let store: ObjectStore
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-objects-'))
  store = folderStore(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const write = (key: string, text: string) => store.write(key, Readable.from([Buffer.from(text)]), text.length)
const listed = async (prefix: string) => (await Array.fromAsync(store.list(prefix))).flat().toSorted()

test('an object is read whole or in part, and is missing once it is removed', async () => {
  await write('shop/images/a', 'green tea')
  expect((await buffer(await store.read('shop/images/a'))).toString()).toBe('green tea')
  expect((await buffer(await store.read('shop/images/a', { start: 6, end: 8 }))).toString()).toBe('tea')
  await store.remove('shop/images/a')
  await expect(store.read('shop/images/a')).rejects.toMatchObject({ code: 'blob.lost' })
  await store.remove('shop/images/a')
})

test('of a write that breaks off nothing remains', async () => {
  async function* broken() {
    yield Buffer.from('green')
    throw new Error('the sender left')
  }
  await expect(store.write('shop/broken/a', Readable.from(broken()), 9)).rejects.toThrow('the sender left')
  expect(await listed('shop/broken')).toEqual([])
})

test('lists each object once, also what a killed process has left unfinished', async () => {
  const keys = Array.from({ length: 1_500 }, (_, index) => `shop/many/${String(index).padStart(4, '0')}`)
  for (const key of keys) await write(key, 'x')
  await writeFile(join(folder, 'shop/many/9999.part'), 'x')
  const batches = await Array.fromAsync(store.list('shop/many'))
  expect(Math.max(...batches.map(({ length }) => length))).toBe(1_000)
  expect(batches.flat().toSorted()).toEqual([...keys, 'shop/many/9999'])
  expect(await listed('shop/none')).toEqual([])
})

test.each(['../etc/passwd', 'shop/../a', '/a', 'shop//a', ''])('refuses the key %j', async (key) => {
  await expect(store.read(key)).rejects.toThrow('not the key of an object')
})
