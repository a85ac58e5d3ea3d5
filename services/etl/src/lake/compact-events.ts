import { isAppError } from '@stoa/kernel'
import { compactFiles, filesToCompact } from '@stoa/lake'
import type { FlushTools } from './flush-events.ts'
import { eventColumns, eventsFolder } from './events-table.ts'

// A flush every 15 minutes adds a file of its day, a hundred a day; of files with more rows there are few.
const compaction = { partitionBy: 'day', fewestFiles: 16, largeRows: 1_000_000 } as const
const mostAtOnce = 100
const timeoutMs = 300_000

/** Puts the small files of days together; a flush that commits meanwhile comes first, and the rest is left to the next time. */
export async function compactEvents({
  duck,
  lake,
  tables,
}: Pick<FlushTools, 'duck' | 'lake' | 'tables'>): Promise<number> {
  const folder = eventsFolder(lake)
  let compacted = 0
  try {
    for (; compacted < mostAtOnce; compacted += 1) {
      const snapshot = await tables(folder)
      const [files] = snapshot === undefined ? [] : filesToCompact(snapshot, compaction)
      if (snapshot === undefined || files === undefined) break
      await duck.use({ timeoutMs }, (session) =>
        compactFiles(session, { folder, snapshot, files }, { ...compaction, columns: eventColumns }),
      )
    }
  } catch (error) {
    if (!isAppError(error, 'lake.conflict')) throw error
  }
  return compacted
}
