import type { TaskHandler } from '@stoa/contract'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { Deps } from '../deps.ts'
import { removeAbandoned } from '../store/files.ts'
import { endCutOff, removeReports } from '../store/reports.ts'
import { removeRuns } from '../store/schedules.ts'
import { tellFailed } from './tell-failed.ts'

const mostAtOnce = 200
const cutOff = 'the process that generated it was stopped on every attempt'

/** Removes reports that have been kept for long enough, and ends those whose last attempt was cut off. */
export const removeOld =
  ({ clock, database, retentionDays }: Deps): TaskHandler<ReportingService, 'remove-old'> =>
  async ({ commit }) => {
    const now = clock.now()
    const before = now.subtract({ hours: 24 * retentionDays })
    while ((await database.transaction((tx) => removeReports(tx, { before, limit: mostAtOnce }))) === mostAtOnce);
    while ((await database.transaction((tx) => removeRuns(tx, { before, limit: mostAtOnce }))) === mostAtOnce);
    // longer than all that an attempt may take, and the pauses between two
    const settled = now.subtract({ hours: 2 })
    while (
      (await database.transaction((tx) => removeAbandoned(tx, { before: settled, limit: mostAtOnce }))) === mostAtOnce
    );
    await commit(async (tx) => {
      const ended = await endCutOff(tx, { now, before: settled, error: cutOff })
      for (const report of ended) await tellFailed(tx, report, cutOff)
    })
  }
