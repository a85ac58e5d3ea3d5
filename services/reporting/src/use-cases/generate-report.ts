import type { TaskHandler } from '@stoa/contract'
import { reportCompleted, reportDistributed } from '@stoa/contracts/reporting/events'
import { reporting, type ReportingService } from '@stoa/contracts/reporting/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { failureText, FileTooLarge } from '../domain/failure.ts'
import { completeReport, findReport, noteFailure, beginAttempt } from '../store/reports.ts'
import { makeFiles } from './make-files.ts'
import { tellFailed } from './tell-failed.ts'

const longestWait = { minutes: 30 }
const mostAttempts = reporting.tasks['generate-report'].attempts

/** Makes the files of a report. An attempt that dies leaves chunks that do not count; the next one makes them again. */
export const generateReportTask =
  (deps: Deps): TaskHandler<ReportingService, 'generate-report'> =>
  async ({ payload: { reportId: id }, attempt, calls, db, commit }) => {
    const { clock, database, logger, newId } = deps
    const report = await findReport(db, id)
    const queuedAt = await database.transaction((tx) => beginAttempt(tx, id, clock.now()))
    if (report === undefined || queuedAt === undefined) return
    const attemptId = newId()
    try {
      const outcome = await makeFiles(deps, calls, { report, attemptId })
      await commit(async (tx) => {
        const ended = await completeReport(tx, { id, attemptId, outcome, at: clock.now() })
        if (ended === undefined) return
        const { rowCount = 0, files } = outcome
        const formats = files.map(({ format }) => format)
        await tx.publish(reportCompleted, id, { reportId: id, rowCount, formats })
        const [format] = formats
        if (format === undefined) return
        for (const recipientId of ended.recipients ?? [])
          await tx.publish(reportDistributed, id, { reportId: id, recipientId, format })
      })
    } catch (error) {
      const reason = failureText(error, id)
      // the task waits while datamart is unavailable, and this does not cost attempts; after half an hour people are better told
      const waits = isUnavailable(error) && Temporal.Instant.compare(clock.now(), queuedAt.add(longestWait)) < 0
      if (waits || (!isUnavailable(error) && attempt < mostAttempts && !isHopeless(error))) {
        const noted = { id, error: reason, isLast: false, counts: !waits, at: clock.now() }
        await database.transaction((tx) => noteFailure(tx, noted))
        if (!waits) logger.warn('an attempt to make a report failed', { reportId: id, attempt, error })
        throw error
      }
      logger.warn('a report failed', { reportId: id, error })
      await commit(async (tx) => {
        const ended = await noteFailure(tx, { id, error: reason, isLast: true, counts: true, at: clock.now() })
        if (ended !== undefined) await tellFailed(tx, ended, reason)
      })
    }
  }

function isUnavailable(error: unknown): boolean {
  return isAppError(error) && error.kind === 'unavailable'
}

/** Whether another attempt would fail in the same way. */
function isHopeless(error: unknown): boolean {
  return error instanceof FileTooLarge || (isAppError(error) && error.kind === 'invalid')
}
