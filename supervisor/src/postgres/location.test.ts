import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSymlinks } from './location.ts'

let root: string
let native: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stoa-native-'))
  native = join(root, 'native')
  await mkdir(join(native, 'lib'), { recursive: true })
  await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library')
  const links = [
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  ]
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links))
})
afterEach(() => rm(root, { recursive: true }))

test('makes the links that a blocked install script left out', async () => {
  await makeSymlinks(native)
  expect(await readlink(join(native, 'lib', 'libpq.so'))).toBe('libpq.so.5.18')
  expect(await readFile(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('library')
})

test('leaves links alone that are there, also when two starts make them at once', async () => {
  await Promise.all([makeSymlinks(native), makeSymlinks(native)])
  await makeSymlinks(native)
  expect(await readlink(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18')
})

test('is content with a package that lists none', async () => {
  await rm(join(native, 'pg-symlinks.json'))
  await expect(makeSymlinks(native)).resolves.toBe(undefined)
})
