import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ReportFile, ReportFormat } from '@stoa/contracts/reporting/resources'
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

const timeout = 600_000

/** Makes a format of a report with a million rows; the chunks of its file are in the database. */
async function make(format: ReportFormat) {
  const [id, attemptId] = [newId(), newId()]
  await own.database.transaction(
    ({ sql }) => sql`
      insert into reports (id, content, state, created_at, queued_at, touched_at)
      values (${id}, '{}', 'queued', now(), now(), now())`,
  )
  const program = fileURLToPath(new URL('million-rows.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, own.url, id, attemptId, format])
  return { id, ...(JSON.parse(stdout) as { readonly peakMiB: number; readonly files: readonly ReportFile[] }) }
}

test.each([
  ['csv', 1_000_000, 300],
  // pdfkit keeps all pages
  ['pdf', 1_000, 400],
] as const)(
  'a million rows become a file as %s with %i rows in less than %i MiB of memory',
  { timeout },
  async (format, rowCount, mostMiB) => {
    const { peakMiB, files } = await make(format)
    expect(files).toMatchObject([{ format, rowCount }])
    expect(peakMiB).toBeLessThan(mostMiB)
  },
)

test('a million rows become a workbook in less than 300 MiB of memory', { timeout }, async () => {
  const { id, peakMiB, files } = await make('xlsx')
  expect(files).toMatchObject([{ format: 'xlsx', rowCount: 1_000_000 }])
  expect(peakMiB).toBeLessThan(300)
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
})
