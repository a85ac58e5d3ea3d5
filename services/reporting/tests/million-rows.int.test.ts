import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { newId } from '@stoa/kernel'
import { migrationsOf } from '@stoa/service'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { streamXlsxRows } from 'hucre/xlsx'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportingService } from '../src/service.ts'

let own: TestDatabase
beforeAll(async () => {
  own = await testDatabase({ sets: await migrationsOf(reportingService), name: 'reporting' })
})
afterAll(() => own.close())

test(
  'a million rows become a workbook, a CSV file and a PDF in less than 300 MiB of memory',
  { timeout: 600_000 },
  async () => {
    const [id, attemptId] = [newId(), newId()]
    await own.database.transaction(
      ({ sql }) => sql`
      insert into reports (id, content, state, created_at, queued_at, touched_at)
      values (${id}, '{}', 'queued', now(), now(), now())`,
    )
    const program = fileURLToPath(new URL('million-rows.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program, own.url, id, attemptId])
    const { peakMiB, files } = JSON.parse(stdout)
    expect(peakMiB).toBeLessThan(300)
    expect(files.map(({ format, rowCount }: any) => [format, rowCount])).toEqual([
      ['xlsx', 1_000_000],
      ['csv', 1_000_000],
      ['pdf', 1_000],
    ])
    const chunks = await own.database.read.sql<{ bytes: Uint8Array }>`
    select bytes from report_chunks where report_id = ${id} and format = 'xlsx' order by number`
    let last: readonly unknown[] = []
    let count = 0
    for await (const { values, index } of streamXlsxRows(Buffer.concat(chunks.map(({ bytes }) => bytes)))) {
      count += 1
      if (index === 1_000_000) last = values
    }
    expect(count).toBeGreaterThan(1_000_001)
    expect(last.slice(3)).toEqual([
      1 * (999_999 % 7),
      999_999,
      999_999 * 1.01,
      expect.closeTo(999_999 * 0.17, 2),
      expect.closeTo(999_999 * 0.84, 2),
    ])
  },
)
