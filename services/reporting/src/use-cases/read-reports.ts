import type { Handler, RpcHandler } from '@stoa/contract'
import type { TemplateName } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { readPageById } from '@stoa/service'
import { columnsOf } from '../domain/content.ts'
import { templates } from '../domain/templates.ts'
import { findReport, listReportsBefore } from '../store/reports.ts'

export const listReportTemplates: Handler<ReportingService, 'listReportTemplates'> = async ({
  query: { language = 'en' },
}) => ({
  status: 200,
  body: {
    items: Object.entries(templates).map(([name, { title, description, query, chart }]) => ({
      name: name as TemplateName,
      title: title[language],
      description: description[language],
      columns: columnsOf(query),
      ...(chart === undefined ? {} : { chart }),
    })),
  },
})

export const listReports: Handler<ReportingService, 'listReports'> = async ({ query, db }) => {
  const read = (beforeId: string | undefined, limit: number) => listReportsBefore(db, beforeId, limit)
  return { status: 200, body: await readPageById(query, read) }
}

export const getReport: Handler<ReportingService, 'getReport'> = async ({ params: { id }, db, refuse }) => {
  const report = await findReport(db, id)
  if (report === undefined) return refuse('reporting.report_not_found', `There is no report ${id}.`)
  return { status: 200, body: report }
}

/** What a message about a report says. */
export const describeReport: RpcHandler<ReportingService, 'describeReport'> = async ({
  input: { reportId },
  db,
  refuse,
}) => {
  const report = await findReport(db, reportId)
  if (report === undefined) return refuse('reporting.report_not_found', `There is no report ${reportId}.`)
  const { title, query, error = '' } = report
  const lastDay = query.to === undefined ? '' : Temporal.PlainDate.from(query.to).subtract({ days: 1 }).toString()
  return { title, firstDay: query.from ?? '', lastDay, error }
}
