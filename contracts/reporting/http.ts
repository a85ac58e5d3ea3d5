import { closed, file, get, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { QueryRequest, Report, ReportId, ReportLanguage, ReportTemplate, TemplateRequest } from './resources.ts'

const read = { permission: 'report:read', owner: 'none' } as const
const ofReport = { ...read, params: { id: ReportId } } as const
const download = {
  ...ofReport,
  timeoutMs: 30_000,
  refuses: ['reporting.report_not_found', 'reporting.report_not_completed', 'reporting.format_not_made'],
} as const
const generate = {
  permission: 'report:generate',
  owner: 'none',
  answers: { 202: Report },
  answersWith: 'getReport',
  settled: (report: Report) => report.state !== 'queued',
} as const

/** GET /api/v1/reports/templates */
export const listReportTemplates = get('/api/v1/reports/templates', {
  ...read,
  summary: 'List the templates of reports',
  query: Type.Object({ language: Type.Optional(ReportLanguage) }, closed),
  answers: { 200: Type.Object({ items: Type.Array(ReportTemplate) }) },
})

/** GET /api/v1/reports */
export const listReports = get('/api/v1/reports', {
  ...read,
  summary: 'List the reports, newest first',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Report) },
})

/** GET /api/v1/reports/{id} */
export const getReport = get('/api/v1/reports/{id}', {
  ...ofReport,
  summary: 'Read the state of a report',
  answers: { 200: Report },
  refuses: ['reporting.report_not_found'],
})

/** POST /api/v1/reports/generate */
export const generateReport = post('/api/v1/reports/generate', {
  ...generate,
  audited: true,
  summary: 'Generate a report of a template; with Prefer: wait the response is its outcome',
  idempotencyKey: 'accepted',
  body: TemplateRequest,
  refuses: ['reporting.query_invalid', 'reporting.too_many_queued'],
})

/** POST /api/v1/reports/ad-hoc */
export const generateQueryReport = post('/api/v1/reports/ad-hoc', {
  ...generate,
  audited: true,
  summary: 'Generate a report of any query, with up to a million rows; with Prefer: wait the response is its outcome',
  idempotencyKey: 'accepted',
  body: QueryRequest,
  refuses: ['reporting.query_invalid', 'reporting.too_many_queued'],
})

/** POST /api/v1/reports/{id}/repeat */
export const repeatReport = post('/api/v1/reports/{id}/repeat', {
  ...generate,
  audited: true,
  params: { id: ReportId },
  summary: 'Generate a report that failed once more',
  refuses: ['reporting.report_not_found', 'reporting.report_not_failed', 'reporting.too_many_queued'],
})

/** GET /api/v1/reports/{id}/pdf */
export const getReportPdf = get('/api/v1/reports/{id}/pdf', {
  ...download,
  summary: 'Download a report as PDF, with its chart, its first rows, and the query behind them',
  answers: { 200: file('application/pdf') },
})

/** GET /api/v1/reports/{id}/xlsx */
export const getReportXlsx = get('/api/v1/reports/{id}/xlsx', {
  ...download,
  summary: 'Download all rows of a report as a workbook of Excel',
  answers: { 200: file('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet') },
})

/** GET /api/v1/reports/{id}/csv */
export const getReportCsv = get('/api/v1/reports/{id}/csv', {
  ...download,
  summary: 'Download all rows of a report as CSV (RFC 4180); a spreadsheet runs no cell as a formula',
  answers: { 200: file('text/csv') },
})
