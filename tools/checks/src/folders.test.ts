import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkFolders, findRecursiveMkdir } from './folders.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-folders-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each([
  ['await mkdir(path, { recursive: true })', [1]],
  ['\nmkdirSync(dirname(path), {\n  mode: 0o700,\n  recursive: true,\n})', [2]],
  ['await mkdir(path, 0o700)\nawait rm(path, { recursive: true })', []],
  ['await makeFolder(path)', []],
])('%j: in the lines %j a folder is made with those above it', (source, lines) => {
  expect(findRecursiveMkdir(source)).toEqual(lines)
})

test('names file and line of a source, and leaves tests out', async () => {
  await mkdir(join(folder, 'cli/src'), { recursive: true })
  for (const name of ['logins.ts', 'logins.test.ts'])
    await writeFile(join(folder, 'cli/src', name), 'await mkdir(path, { recursive: true })\n')
  expect(await checkFolders(folder, ['cli'])).toEqual([expect.stringMatching(/^cli\/src\/logins\.ts:1: .*makeFolder$/)])
})
