import { event } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
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
  '1.1.0',
  Type.Object({
    reportId: ReportId,
    reason: Type.String({ description: 'for people' }),
    ownerId: Type.Optional({ ...UserId, description: 'whose schedule has made it' }),
  }),
)
/** A scheduled report is ready for one of its recipients. */
export const reportDistributed = event(
  'report.distributed',
  '1.0.0',
  Type.Object({ reportId: ReportId, recipientId: UserId, format: ReportFormat }),
)
