import type { Tx } from '@stoa/contract'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { pendingKeys } from '@stoa/tasks'
import { endCutOff, listUntouched } from '../store/reports.ts'
import { tellFailed } from './tell-failed.ts'

const cutOff = 'the process that generated it was stopped on every attempt'
const mostAtOnce = 10_000

/**
 * Ends the reports whose last attempt was cut off with its process. One whose task is still to come waits, however long: behind others, or
 * because no process of reporting was running.
 */
export async function endCutOffReports(
  tx: Tx<ReportingService>,
  { now, before }: Readonly<Record<'now' | 'before', Temporal.Instant>>,
): Promise<void> {
  const untouched = await listUntouched(tx, { before, limit: mostAtOnce })
  const waiting = await pendingKeys(tx, 'generate-report', untouched)
  const ids = untouched.filter((id) => !waiting.has(id))
  for (const report of await endCutOff(tx, { ids, before, error: cutOff, at: now }))
    await tellFailed(tx, report, cutOff)
}
