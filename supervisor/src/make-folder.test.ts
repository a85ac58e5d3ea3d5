import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-make-folder-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('makes a folder and those above it, and takes one that exists', async () => {
  const path = join(folder, 'a/b/c')
  await Promise.all([makeFolder(path), makeFolder(path)])
  await makeFolder(path)
  expect((await stat(path)).isDirectory()).toBe(true)
})

test('makes folders below one that another makes at the same time', async () => {
  const depths = ['', 'a', 'a/b', 'a/b/c', 'a/b/c/d']
  const paths = Array.from({ length: 50 }, (_, number) => depths.map((depth) => join(folder, `${number}`, 'x', depth)))
    .flat()
    .toReversed()
  await Promise.all(paths.map((path) => makeFolder(path)))
  for (const path of paths) expect((await stat(path)).isDirectory()).toBe(true)
})

test('refuses a file in the place of a folder', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(folder, 'file/below/it'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

// Node's own mkdir does not return there.
test.runIf(process.platform === 'linux')('ends where a file system makes no folders', async () => {
  await expect(makeFolder('/proc/stoa/chart')).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/stoa' })
})
