import type { Handler, TaskHandler } from '@stoa/contract'
import type { ReportId } from '@stoa/contracts/datamart/resources'
import { datamart, type DatamartService } from '@stoa/contracts/datamart/service'
import { isCurrency } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { buildQuery } from '../model/build-query.ts'
import { salesQuery } from '../report/sales-report.ts'
import { completeReport, findReport, insertReport, noteFailure, requeueReport, tidyReports } from '../store/reports.ts'
import { askStar } from './ask-star.ts'

const mostAttempts = datamart.tasks['generate-report'].attempts
const timeoutMs = 60_000

export const generateReport =
  ({ clock, newId }: Deps): Handler<DatamartService, 'generateReport'> =>
  async ({ body: request, refuse, commit }) => {
    if (request.currency !== undefined && !isCurrency(request.currency)) {
      const fields = [{ pointer: '/currency', detail: 'is not a currency of ISO 4217' }]
      return refuse('request.invalid', 'The currency does not exist.', { fields })
    }
    const built = buildQuery(salesQuery(request))
    if (!('sql' in built)) return refuse('datamart.query_invalid', built.detail, { fields: [built] })
    return commit(async (tx) => {
      const id = newId() as ReportId
      await insertReport(tx, { id, request, createdAt: clock.now() })
      await tx.enqueue('generate-report', { reportId: id }, { key: id })
      return { status: 202, id }
    })
  }

export const repeatReport =
  ({ clock }: Deps): Handler<DatamartService, 'repeatReport'> =>
  async ({ params: { id }, refuse, commit }) =>
    commit(async (tx) => {
      if ((await findReport(tx, id)) === undefined)
        return refuse('datamart.report_not_found', `There is no report ${id}.`)
      if (!(await requeueReport(tx, id, clock.now())))
        return refuse('datamart.report_not_failed', `The report ${id} has not failed.`)
      await tx.enqueue('generate-report', { reportId: id }, { key: id })
      return { status: 202, id }
    })

/** Runs the query of a report and stores its rows, from which its files are made. */
export const generateReportTask =
  (deps: Deps): TaskHandler<DatamartService, 'generate-report'> =>
  async ({ payload: { reportId: id }, attempt, db, commit }) => {
    const { clock, database, logger } = deps
    const report = await findReport(db, id)
    if (report?.state !== 'queued') return
    try {
      const built = buildQuery(salesQuery(report))
      if (!('sql' in built)) throw new Error(built.detail)
      const result = await askStar(deps, built, { timeoutMs, isPatient: true })
      await commit((tx) => completeReport(tx, { id, result, at: clock.now() }))
    } catch (error) {
      const isLast = attempt >= mostAttempts
      const [text = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      if (isLast) logger.error('a report failed', { error })
      await database.transaction((tx) => noteFailure(tx, { id, error: text.slice(0, 1_000), isLast, at: clock.now() }))
      throw error
    }
  }

const mostAtOnce = 1_000

/** Removes the reports that have been kept for long enough. */
export const pruneReportsTask =
  ({ clock, database, reportRetentionDays }: Deps): TaskHandler<DatamartService, 'prune-reports'> =>
  async () => {
    const now = clock.now()
    const times = {
      now,
      cutOffBefore: now.subtract({ hours: 2 }),
      before: now.subtract({ hours: 24 * reportRetentionDays }),
    }
    while ((await database.transaction((tx) => tidyReports(tx, { ...times, limit: mostAtOnce }))) === mostAtOnce);
  }
