import type { Handler } from '@stoa/contract'
import type { ReportId } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { isCurrency } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { findInvalid } from '../domain/content.ts'
import { contentOf } from '../domain/templates.ts'
import { countQueuedOf, findReport, insertReport, requeueReport } from '../store/reports.ts'

const mostQueued = 20

const tooManyQueued = {
  code: 'reporting.too_many_queued',
  detail: `You have ${mostQueued} reports that are not finished yet.`,
} as const

export const generateReport =
  ({ clock, newId }: Deps): Handler<ReportingService, 'generateReport'> =>
  async ({ body, caller, refuse, commit }) => {
    if (body.currency !== undefined && !isCurrency(body.currency)) {
      const fields = [{ pointer: '/currency', detail: 'is not a currency of ISO 4217' }]
      return refuse('request.invalid', 'The currency does not exist.', { fields })
    }
    const content = contentOf(body)
    const invalid = findInvalid(content)
    if (invalid !== undefined) return refuse('reporting.query_invalid', invalid)
    return commit(async (tx) => {
      if ((await countQueuedOf(tx, caller.subject)) >= mostQueued) return refuse(tooManyQueued)
      const id = newId() as ReportId
      await insertReport(tx, { id, content, requestedBy: caller.subject as UserId, at: clock.now() })
      await tx.enqueue('generate-report', { reportId: id }, { key: id })
      return { status: 202, id }
    })
  }

export const generateQueryReport =
  ({ clock, newId }: Deps): Handler<ReportingService, 'generateQueryReport'> =>
  async ({ body: { formats = ['pdf', 'xlsx', 'csv'], language = 'en', ...shown }, caller, refuse, commit }) => {
    const content = { ...shown, formats, language }
    const invalid = findInvalid(content)
    if (invalid !== undefined) return refuse('reporting.query_invalid', invalid)
    return commit(async (tx) => {
      if ((await countQueuedOf(tx, caller.subject)) >= mostQueued) return refuse(tooManyQueued)
      const id = newId() as ReportId
      await insertReport(tx, { id, content, requestedBy: caller.subject as UserId, at: clock.now() })
      await tx.enqueue('generate-report', { reportId: id }, { key: id })
      return { status: 202, id }
    })
  }

export const repeatReport =
  ({ clock }: Deps): Handler<ReportingService, 'repeatReport'> =>
  async ({ params: { id }, caller, refuse, commit }) =>
    commit(async (tx) => {
      if ((await countQueuedOf(tx, caller.subject)) >= mostQueued) return refuse(tooManyQueued)
      if ((await findReport(tx, id)) === undefined)
        return refuse('reporting.report_not_found', `There is no report ${id}.`)
      if (!(await requeueReport(tx, id, clock.now())))
        return refuse('reporting.report_not_failed', `The report ${id} has not failed.`)
      await tx.enqueue('generate-report', { reportId: id }, { key: id })
      return { status: 202, id }
    })
