// Makes one format of a report with a million rows in a process of its own, and prints what it has needed: see million-rows.int.test.ts.
import { openDatabase } from '@stoa/postgres'
import { newId } from '@stoa/kernel'
import type { Calls } from '@stoa/contract'
import type { ReportFormat } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { makeFiles } from '../src/use-cases/make-files.ts'
import { columns, reportOf } from './report-kit.ts'

const [url = '', id = '', attemptId = '', format = ''] = process.argv.slice(2)
const rowCount = 1_000_000
const countries = ['AT', 'DE', 'FR', 'IT', '=1+1', 'GB', 'CH', 'ES']

/** As datamart returns them: portions of JSON. */
const calls = {
  datamart: {
    async readRows({ offset = 0, limit = 0, resultId = '' }) {
      const count = Math.min(limit, rowCount - offset)
      const rows = Array.from({ length: count }, (_, index) => {
        const number = offset + index
        const day = `2026-11-${String(1 + (number % 30)).padStart(2, '0')}`
        return [day, 'EUR', countries[number % 8], number % 7, number, number * 101, number * 17, number * 84]
      })
      const facts = {
        columns: [...columns],
        sql: 'select 1',
        asOf: '2026-11-29T12:00:00Z',
        versions: { fact_sales: 3 },
      }
      return { ...facts, rows: JSON.stringify(rows), rowCount, isTruncated: false, madeAt: resultId }
    },
  },
} as unknown as Calls<ReportingService['calls']>

const database = openDatabase({ url, applicationName: 'million-rows', statementTimeoutMs: 60_000 })
const report = reportOf({ id: id as never, formats: [format as ReportFormat] })
const beganAt = performance.now()
const { files } = await makeFiles(
  { database, newId, mostFileBytes: 256 * 1_048_576, pdfInTurn: (work) => work() },
  calls,
  { report, attemptId },
)
await database.close()
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1_024)
process.stdout.write(JSON.stringify({ files, peakMiB, seconds: Math.round((performance.now() - beganAt) / 1_000) }))
