import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { DuckSession } from '../src/duck.ts'
import { writeQuery } from '../src/write-files.ts'

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

/** Has one row, and writes files as DuckDB would. */
function sessionOn(day: string | null): DuckSession {
  return {
    connection: undefined as never,
    async rows(sql) {
      const path = /to '([^']+)'/.exec(sql)?.[1]
      if (path !== undefined) await writeFile(path, 'rows')
      return sql.startsWith('select distinct') ? [{ value: day }] : []
    },
  }
}

function write(folder: string, day: string | null) {
  const target = { folder, columns: { day: 'date', a: 'long' }, partitionBy: 'day' } as const
  return writeQuery(sessionOn(day), 'select 1', target)
}

test('a new folder of a day is written to the disk in the folder above it, which is new too', async () => {
  const root = await mkdtemp(join(tmpdir(), 'stoa-lake-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const folder = join(root, 'lake/events')
  const [{ add } = {}] = await write(folder, '2026-11-29')
  const day = join(folder, 'day=2026-11-29')
  expect(add?.path).toMatch(/^day=2026-11-29\/part-/)
  const within = () => opened.filter((path) => path.startsWith(root))
  expect(within()).toEqual([folder, join(root, 'lake'), root, join(folder, add?.path ?? ''), day])
  // once it is there, only what is new in it
  await write(folder, '2026-11-29')
  expect(within().slice(6)).toEqual([day])
})

test('a row without a day is refused, not lost', async () => {
  await expect(write(tmpdir(), null)).rejects.toThrow('a row has no day')
})
