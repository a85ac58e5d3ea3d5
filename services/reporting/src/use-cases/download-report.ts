import type { Handler } from '@stoa/contract'
import type { Report, ReportFormat } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { findFileOf } from '../store/files.ts'
import { findReport } from '../store/reports.ts'

/** Returns a file of a report as it was made. */
const downloadReport =
  (format: ReportFormat) =>
  async ({ params: { id }, db, refuse }: Parameters<Handler<ReportingService, 'getReportPdf'>>[0]) => {
    const report = await findReport(db, id)
    if (report === undefined) return refuse('reporting.report_not_found', `There is no report ${id}.`)
    if (report.state !== 'completed')
      return refuse('reporting.report_not_completed', `The report ${id} is ${report.state}.`)
    const file = await findFileOf(db, id, format)
    if (file === undefined) {
      const made = report.formats.join(', ')
      return refuse(
        'reporting.format_not_made',
        `The report ${id} has no file of the format ${format}; it has ${made}.`,
      )
    }
    return { status: 200 as const, body: { fileName: `${fileNameOf(report)}.${format}`, ...file } }
  }

export const getReportPdf: Handler<ReportingService, 'getReportPdf'> = downloadReport('pdf')

export const getReportXlsx: Handler<ReportingService, 'getReportXlsx'> = downloadReport('xlsx')

export const getReportCsv: Handler<ReportingService, 'getReportCsv'> = downloadReport('csv')

function fileNameOf({ template, from, to, title, createdAt }: Report): string {
  if (template !== undefined) return `${template}-${from}-${to}`
  const words = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return `${words === '' ? 'report' : words}-${createdAt.slice(0, 10)}`
}
