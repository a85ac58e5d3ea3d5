import type { Tx } from '@stoa/contract'
import { reportFailed } from '@stoa/contracts/reporting/events'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { Ended } from '../store/reports.ts'

/** Publishes that a report has failed; the event of a scheduled one names the owner of the schedule. */
export async function tellFailed(tx: Tx<ReportingService>, { id, ownerId }: Ended, reason: string): Promise<void> {
  await tx.publish(reportFailed, id, { reportId: id, reason, ...(ownerId === null ? {} : { ownerId }) })
}
