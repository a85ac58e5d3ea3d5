import { closed, file, get, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { MartQuery, MartResult, Report, ReportId, ReportRequest } from './resources.ts'

const read = { permission: 'report:read', owner: 'none' } as const
const ofReport = { ...read, params: { id: ReportId } } as const

/** POST /api/v1/datamart/query */
export const queryMart = post('/api/v1/datamart/query', {
  summary: 'Measure the sales of the shop by dimensions and periods',
  permission: 'mart:query',
  owner: 'none',
  reads: true,
  timeoutMs: 15_000,
  body: MartQuery,
  answers: { 200: MartResult },
  refuses: [
    'datamart.query_invalid',
    'datamart.currency_missing',
    'datamart.query_too_long',
    'datamart.query_too_large',
  ],
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
  refuses: ['datamart.report_not_found'],
})

/** POST /api/v1/reports/generate */
export const generateReport = post('/api/v1/reports/generate', {
  summary: 'Generate a report; with Prefer: wait the response is its outcome',
  permission: 'report:generate',
  owner: 'none',
  idempotencyKey: 'accepted',
  body: ReportRequest,
  answers: { 202: Report },
  answersWith: 'getReport',
  settled: (report) => report.state !== 'queued',
  refuses: ['datamart.query_invalid'],
})

/** POST /api/v1/reports/{id}/repeat */
export const repeatReport = post('/api/v1/reports/{id}/repeat', {
  params: { id: ReportId },
  summary: 'Generate a report that failed once more',
  permission: 'report:generate',
  owner: 'none',
  answers: { 202: Report },
  answersWith: 'getReport',
  settled: (report) => report.state !== 'queued',
  refuses: ['datamart.report_not_found', 'datamart.report_not_failed'],
})

/** GET /api/v1/reports/{id}/pdf */
export const getReportPdf = get('/api/v1/reports/{id}/pdf', {
  ...ofReport,
  summary: 'Download a report as PDF, with a chart for each currency',
  answers: { 200: file('application/pdf') },
  refuses: ['datamart.report_not_found', 'datamart.report_not_completed'],
})

/** GET /api/v1/reports/{id}/csv */
export const getReportCsv = get('/api/v1/reports/{id}/csv', {
  ...ofReport,
  summary: 'Download the rows of a report as CSV (RFC 4180); a spreadsheet runs no cell as a formula',
  answers: { 200: file('text/csv') },
  refuses: ['datamart.report_not_found', 'datamart.report_not_completed'],
})
