import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import { insertSearches, type MadeSearch } from './store/searches.ts'

/** Collects the searches that were made, so that no search waits for a write. */
export interface SearchLog {
  /** Records a search within a quarter of a second, together with others. A crash loses those that are not written yet. */
  readonly note: (search: MadeSearch) => void
  /** Writes what is not written yet. Searches that the database does not take are dropped, with a warning. */
  readonly flush: () => Promise<void>
}

const flushAfterMs = 250
const mostWaiting = 10_000

/** Makes the log of one process. */
export function makeSearchLog(database: Database, logger: Logger): SearchLog {
  let waiting: MadeSearch[] = []
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  async function write(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const searches = waiting
    waiting = []
    if (searches.length === 0) return
    try {
      await database.transaction((tx) => insertSearches(tx, searches))
    } catch (error) {
      logger.warn('searches are missing in the analytics', { count: searches.length, error })
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write)
    return writing
  }

  return {
    note(search) {
      if (waiting.length >= mostWaiting) return
      waiting.push(search)
      timer ??= setTimeout(() => void flush(), flushAfterMs).unref()
    },
    flush,
  }
}
