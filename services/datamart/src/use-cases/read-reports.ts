import type { Handler } from '@stoa/contract'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import { readPageById } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { toCsv } from '../domain/csv.ts'
import { findReport, findResult, listReportsBefore } from '../store/reports.ts'

export const listReports: Handler<DatamartService, 'listReports'> = async ({ query, db }) => {
  const read = (beforeId: string | undefined, limit: number) => listReportsBefore(db, beforeId, limit)
  return { status: 200, body: await readPageById(query, read) }
}

export const getReport: Handler<DatamartService, 'getReport'> = async ({ params: { id }, db, refuse }) => {
  const report = await findReport(db, id)
  if (report === undefined) return refuse('datamart.report_not_found', `There is no report ${id}.`)
  return { status: 200, body: report }
}

/** Prints a report; the file is not stored, as it can be printed again with the same content. */
export const getReportPdf =
  ({ print }: Deps): Handler<DatamartService, 'getReportPdf'> =>
  async ({ params: { id }, db, signal, refuse }) => {
    const report = await findReport(db, id)
    if (report === undefined) return refuse('datamart.report_not_found', `There is no report ${id}.`)
    const result = await findResult(db, id)
    if (result === undefined) return refuse('datamart.report_not_completed', `The report ${id} is ${report.state}.`)
    const bytes = await print(report, result, signal)
    return { status: 200, body: { fileName: `sales-${report.from}-${report.to}.pdf`, bytes } }
  }

export const getReportCsv: Handler<DatamartService, 'getReportCsv'> = async ({ params: { id }, db, refuse }) => {
  const report = await findReport(db, id)
  if (report === undefined) return refuse('datamart.report_not_found', `There is no report ${id}.`)
  const result = await findResult(db, id)
  if (result === undefined) return refuse('datamart.report_not_completed', `The report ${id} is ${report.state}.`)
  const bytes = Buffer.from(toCsv(result.columns, result.rows))
  return { status: 200, body: { fileName: `sales-${report.from}-${report.to}.csv`, bytes } }
}
