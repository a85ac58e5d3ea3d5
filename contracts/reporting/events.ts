import { event } from '@stoa/contract'
import { Type } from 'typebox'
import { ReportFormat, ReportId } from './resources.ts'

/** A report has its files. */
export const reportCompleted = event(
  'report.completed',
  '1.0.0',
  Type.Object({
    reportId: ReportId,
    rowCount: Type.Integer({ minimum: 0 }),
    formats: Type.Array(ReportFormat),
  }),
)
/** A report failed on every attempt. */
export const reportFailed = event(
  'report.failed',
  '1.0.0',
  Type.Object({ reportId: ReportId, reason: Type.String({ description: 'for people' }) }),
)
