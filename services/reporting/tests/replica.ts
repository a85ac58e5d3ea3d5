// A replica of reporting that makes reports, in a process of its own that can be killed: see killed.int.test.ts.
import { openDatabase } from '@stoa/postgres'
import { createTelemetry } from '@stoa/telemetry'
import type { Tx } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { reporting, type ReportingService } from '@stoa/contracts/reporting/service'
import { txMaker } from '@stoa/service'
import { startTasks } from '@stoa/tasks'
import { makeOneAtATime } from '../src/domain/one-at-a-time.ts'
import { correctDue } from '../src/use-cases/correct-due.ts'
import { generateReportTask } from '../src/use-cases/generate-report.ts'
import { removeOld } from '../src/use-cases/remove-old.ts'
import { startDue } from '../src/use-cases/start-due.ts'
import { columns, row } from './report-kit.ts'

const [url = '', name = '', hangsAfter = ''] = process.argv.slice(2)
const rowCount = 60_000

/** As datamart returns it, but that it never returns the portions behind a row. */
const datamart = {
  async readRows({ offset = 0, limit = 0, resultId = '' }) {
    if (hangsAfter !== '' && offset >= Number(hangsAfter)) await new Promise(() => setInterval(() => {}, 60_000))
    const count = Math.min(limit, rowCount - offset)
    const rows = Array.from({ length: count }, (_, index) => row(`country ${offset + index}`, offset + index))
    const facts = { columns: [...columns], sql: 'select 1', asOf: '', versions: { fact_sales: 3 } }
    return { ...facts, rows: JSON.stringify(rows), rowCount, isTruncated: false, madeAt: resultId }
  },
}

const database = openDatabase({ url, applicationName: name, statementTimeoutMs: 30_000 })
const telemetry = createTelemetry({
  service: 'reporting',
  environment: 'test',
  version: '0',
  instance: name,
  logLevel: 'error',
})
const clock = { now: () => Temporal.Now.instant() }
const made = txMaker({ service: reporting, clock, newId, schemaBaseUrl: 'http://schemas.example' })
const makeTx = (handle: Parameters<typeof made>[0]) => made(handle) as Tx<ReportingService>
const deps = {
  clock,
  newId,
  database,
  makeTx,
  logger: telemetry.logger,
  retentionDays: 90,
  mostFileBytes: 64 * 1_048_576,
  pdfInTurn: makeOneAtATime(),
}
startTasks({
  service: reporting,
  handlers: {
    'generate-report': generateReportTask(deps),
    'correct-due': correctDue(deps),
    'start-due': startDue(deps),
    'remove-old': removeOld(deps),
  },
  database,
  calls: () => ({ datamart, user: { getClaims: async () => ({ roles: ['analyst'] }) } }) as never,
  makeTx,
  telemetry,
})
