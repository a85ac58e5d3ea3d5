import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { archiveSettings, restoreCommand } from './archive.ts'

const run = promisify(execFile)
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa archive-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** What a server does with the command for one segment: gets it, or the exit code. */
async function fetched(folders: readonly string[], segment: string): Promise<string | number> {
  const target = join(folder, 'fetched')
  await rm(target, { force: true })
  const command = restoreCommand(folders).slice(1, -1).replaceAll('%f', segment).replaceAll('%p', target)
  const code = await run('sh', ['-c', command]).then(
    () => 0,
    (error: { readonly code: number }) => error.code,
  )
  return code === 0 ? readFile(target, 'utf8') : code
}

test('a segment comes from the first archive that has it', async () => {
  const [old, current] = [join(folder, 'old'), join(folder, 'current')]
  for (const [archive, segments] of [
    [old, ['1', '2']],
    [current, ['2', '3']],
  ] as const) {
    await mkdir(archive)
    for (const segment of segments)
      await writeFile(join(archive, `${segment}.gz`), gzipSync(`${segment} of ${archive}`))
  }
  const found: (string | number)[] = []
  for (const segment of ['1', '2', '3', '4']) found.push(await fetched([old, current], segment))
  expect(found).toEqual([`1 of ${old}`, `2 of ${old}`, `3 of ${current}`, 1])
  expect(await fetched([], '1')).toBe(1)
})

test('a damaged segment is not the end of the log: another archive has it, or the server is to give up', async () => {
  const [damaged, whole] = [join(folder, 'damaged'), join(folder, 'whole')]
  await Promise.all([mkdir(damaged), mkdir(whole)])
  await writeFile(join(damaged, '1.gz'), gzipSync('x'.repeat(1_000)).subarray(0, 15))
  expect(await fetched([damaged, whole], '1')).toBe(126)
  await writeFile(join(whole, '1.gz'), gzipSync('whole'))
  expect(await fetched([damaged, whole], '1')).toBe('whole')
  expect(await fetched([damaged, whole], '2')).toBe(1)
})

test('no command is made with a folder that a shell would read otherwise', () => {
  for (const each of ['/x"; id; "', '/x$(id)', 'wal']) {
    expect(() => restoreCommand([each]), each).toThrow(expect.objectContaining({ code: 'archive.bad_folder' }))
    expect(() => archiveSettings({ folder: each }), each).toThrow(
      expect.objectContaining({ code: 'archive.bad_folder' }),
    )
  }
})
