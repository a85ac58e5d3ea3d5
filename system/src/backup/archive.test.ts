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

/** What a server does with the command for one segment; undefined when it gets none. */
async function fetched(folders: readonly string[], segment: string): Promise<string | undefined> {
  const target = join(folder, 'fetched')
  await rm(target, { force: true })
  const command = restoreCommand(folders).slice(1, -1).replaceAll('%f', segment).replaceAll('%p', target)
  const isFetched = await run('sh', ['-c', command]).then(
    () => true,
    () => false,
  )
  return isFetched ? readFile(target, 'utf8') : undefined
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
  const found: (string | undefined)[] = []
  for (const segment of ['1', '2', '3', '4']) found.push(await fetched([old, current], segment))
  expect(found).toEqual([`1 of ${old}`, `2 of ${old}`, `3 of ${current}`, undefined])
  expect(await fetched([], '1')).toBeUndefined()
})

test('no command is made with a folder that a shell would read otherwise', () => {
  for (const each of ['/x"; id; "', '/x$(id)', 'wal']) {
    expect(() => restoreCommand([each]), each).toThrow(expect.objectContaining({ code: 'archive.bad_folder' }))
    expect(() => archiveSettings({ folder: each }), each).toThrow(
      expect.objectContaining({ code: 'archive.bad_folder' }),
    )
  }
})
