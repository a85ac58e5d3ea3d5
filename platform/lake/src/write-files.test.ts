import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { DuckSession } from './duck.ts'
import { writeQuery } from './write-files.ts'

const opened = vi.hoisted((): string[] => [])
vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original()
  return {
    ...real,
    open: async (path, ...rest) => {
      const file = await real.open(path, ...rest)
      const sync = file.sync.bind(file)
      file.sync = () => {
        opened.push(String(path))
        return sync()
      }
      return file
    },
  }
})

/** Has one row on one day, and writes files as DuckDB would. */
const session: DuckSession = {
  async rows(sql) {
    const path = /to '([^']+)'/.exec(sql)?.[1]
    if (path !== undefined) await writeFile(path, 'rows')
    return sql.startsWith('select distinct') ? [{ value: days.at(-1) ?? null }] : []
  },
}
let days: readonly string[] = []

async function write(folder: string) {
  opened.length = 0
  return writeQuery(session, 'select 1', { folder, columns: { day: 'date', a: 'long' }, partitionBy: 'day' })
}

test('a new folder of a day is written to the disk in the folder above it, which is new too', async () => {
  const root = await mkdtemp(join(tmpdir(), 'stoa-lake-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const folder = join(root, 'lake/events')
  days = ['2026-11-29']
  const [{ add } = {}] = await write(folder)
  const day = join(folder, 'day=2026-11-29')
  expect(add?.path).toMatch(/^day=2026-11-29\/part-/)
  expect(opened).toEqual([folder, join(root, 'lake'), root, join(folder, add?.path ?? ''), day])
  // once it is there, only what is new in it
  await write(folder)
  expect(opened.slice(1)).toEqual([day])
})

test('a row without a day is refused, not lost', async () => {
  days = []
  await expect(write(tmpdir())).rejects.toThrow('a row has no day')
})
