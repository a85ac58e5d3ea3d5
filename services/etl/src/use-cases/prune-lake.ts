import type { TaskHandler, WriteHandle } from '@stoa/contract'
import type { EtlService } from '@stoa/contracts/etl/service'
import { vacuumTable } from '@stoa/lake'
import { pendingKeys } from '@stoa/tasks'
import type { Deps } from '../deps.ts'
import { compactEvents } from '../lake/compact-events.ts'
import { eventsFolder } from '../lake/events-table.ts'
import { starTables } from '../star/build-star.ts'
import { starFolder } from '../star/star-table.ts'
import { endRuns, listLongRunning, removeRuns } from '../store/runs.ts'

/** Deletes old runs, puts small files of events together, and deletes the files of versions that are no longer kept. */
export const pruneLakeTask =
  (deps: Deps): TaskHandler<EtlService, 'prune-lake'> =>
  async () => {
    const { clock, database, lake, tables, versionRetentionDays, runRetentionDays } = deps
    const now = clock.now()
    const daysAgo = (days: number) => now.subtract({ hours: 24 * days })
    await database.transaction(async (tx) => {
      await endCutOff(tx, now)
      await removeRuns(tx, daysAgo(runRetentionDays))
    })
    await compactEvents(deps)
    for (const folder of [eventsFolder(lake), ...starTables.map(({ name }) => starFolder(lake, name))]) {
      const snapshot = await tables(folder)
      if (snapshot !== undefined) await vacuumTable(folder, snapshot, daysAgo(versionRetentionDays))
    }
  }

const error = 'the process that ran it was stopped'

/** Ends the runs whose last attempt was cut off with its process; one whose task is still to come is continued, however late. */
async function endCutOff(tx: WriteHandle, now: Temporal.Instant): Promise<void> {
  const before = now.subtract({ hours: 6 })
  const running = await listLongRunning(tx, before)
  const waiting = await pendingKeys(tx, 'run-pipeline', running)
  const cutOff = running.filter((pipeline) => !waiting.has(pipeline))
  await endRuns(tx, cutOff, { now, before, error })
}
