import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
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

test('lists each object once, also what a killed process has left unfinished', async () => {
  await write('shop/few/0001', 'x')
  await writeFile(join(folder, 'shop/few/0002.part'), 'x')
  expect(await listed('shop/few')).toEqual(['shop/few/0001', 'shop/few/0002'])
  await store.remove('shop/few/0002')
  expect(await listed('shop/few')).toEqual(['shop/few/0001'])
})
