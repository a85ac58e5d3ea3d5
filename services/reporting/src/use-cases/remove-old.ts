import type { TaskHandler } from '@stoa/contract'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { Deps } from '../deps.ts'
import { removeAbandoned } from '../store/files.ts'
import { removeReports } from '../store/reports.ts'
import { removeRuns } from '../store/schedules.ts'
import { endCutOffReports } from './end-cut-off.ts'

const mostAtOnce = 200
// each with up to a few hundred megabytes: a statement has limited time
const reportsAtOnce = 5

/** Removes reports that have been kept for long enough, and ends those whose last attempt was cut off. */
export const removeOld =
  ({ clock, database, retentionDays }: Deps): TaskHandler<ReportingService, 'remove-old'> =>
  async ({ commit }) => {
    const now = clock.now()
    const before = now.subtract({ hours: 24 * retentionDays })
    while ((await database.transaction((tx) => removeReports(tx, { before, limit: reportsAtOnce }))) === reportsAtOnce);
    while ((await database.transaction((tx) => removeRuns(tx, { before, limit: mostAtOnce }))) === mostAtOnce);
    // longer than all that an attempt may take, and the pauses between two
    const settled = now.subtract({ hours: 2 })
    while (
      (await database.transaction((tx) => removeAbandoned(tx, { before: settled, limit: mostAtOnce }))) === mostAtOnce
    );
    await commit((tx) => endCutOffReports(tx, { now, before: settled }))
  }
