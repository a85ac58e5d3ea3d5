import type { TaskHandler } from '@stoa/contract'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import type { Deps } from '../deps.ts'
import { removeReports } from '../store/reports.ts'
import { keptHours, removeKeptResults } from './keep-result.ts'

const mostAtOnce = 1_000
const reportRetentionDays = 90

/** Removes results that were kept for long enough, and the last reports of a release that made them itself. */
export const removeOld =
  ({ clock, database, lake }: Deps): TaskHandler<DatamartService, 'remove-old'> =>
  async () => {
    const now = clock.now()
    await removeKeptResults(lake, now.subtract({ hours: keptHours }))
    const before = now.subtract({ hours: 24 * reportRetentionDays })
    while ((await database.transaction((tx) => removeReports(tx, { before, limit: mostAtOnce }))) === mostAtOnce);
  }
