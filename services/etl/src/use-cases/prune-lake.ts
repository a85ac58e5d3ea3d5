import type { TaskHandler } from '@stoa/contract'
import type { EtlService } from '@stoa/contracts/etl/service'
import { vacuumTable } from '@stoa/lake'
import type { Deps } from '../deps.ts'
import { compactEvents } from '../lake/compact-events.ts'
import { eventsFolder } from '../lake/events-table.ts'
import { starTables } from '../star/build-star.ts'
import { starFolder } from '../star/star-table.ts'
import { tidyRuns } from '../store/runs.ts'

/** Deletes old runs, puts small files of events together, and deletes the files of versions that are no longer kept. */
export const pruneLakeTask =
  (deps: Deps): TaskHandler<EtlService, 'prune-lake'> =>
  async () => {
    const { clock, database, lake, tables, versionRetentionDays, runRetentionDays } = deps
    const now = clock.now()
    const daysAgo = (days: number) => now.subtract({ hours: 24 * days })
    await database.transaction((tx) =>
      tidyRuns(tx, { now, cutOffBefore: now.subtract({ hours: 6 }), endedBefore: daysAgo(runRetentionDays) }),
    )
    await compactEvents(deps)
    for (const folder of [eventsFolder(lake), ...starTables.map(({ name }) => starFolder(lake, name))]) {
      const snapshot = await tables(folder)
      if (snapshot !== undefined) await vacuumTable(folder, snapshot, daysAgo(versionRetentionDays))
    }
  }
