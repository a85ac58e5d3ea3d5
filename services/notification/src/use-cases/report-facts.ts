import type { Calls } from '@stoa/contract'
import { console as consoleApp } from '@stoa/contracts/gateway/apps'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import type { Variables } from '../domain/template.ts'
import { notifyOn } from './notify.ts'

/** Recipients of a schedule get a link to each report; its owner learns of those that failed. */
export function reportFacts(deps: Deps) {
  // the addresses of the API need an access token; this page signs in
  const reports = `${deps.publicUrl}${consoleApp.path}/reports`
  return {
    reportDistributed: notifyOn<'reportDistributed'>(deps, {
      kind: 'report.ready',
      to: ({ recipientId }) => recipientId,
      quote: ({ reportId }, calls) => findReport(calls, reportId),
      variables: ({ reportId }, { name, quoted }) => ({ name, link: `${reports}/${reportId}`, ...quoted }),
    }),
    reportFailed: notifyOn<'reportFailed'>(deps, {
      kind: 'report.failed',
      // who has asked for a report without a schedule is looking at it
      to: ({ ownerId }) => ownerId,
      quote: ({ reportId }, calls) => findReport(calls, reportId),
      variables: ({ reportId, reason }, { name, quoted }) => ({
        name,
        link: `${reports}/${reportId}`,
        reason,
        ...quoted,
      }),
    }),
  }
}

/** What the report is called and covers, read when the message is made; undefined if it was removed. */
async function findReport(
  calls: Calls<NotificationService['calls']>,
  reportId: string,
): Promise<Variables | undefined> {
  try {
    const { title, firstDay, lastDay } = await calls.reporting.describeReport({ reportId })
    const days = firstDay === lastDay ? firstDay : `${firstDay} – ${lastDay}`
    return { title, period: days === '' ? '' : ` (${days})` }
  } catch (error) {
    if (isAppError(error, 'reporting.report_not_found')) return undefined
    throw error
  }
}
