import type { DuckDBConnection } from '@duckdb/node-api'
import type { Readable } from './check-statement.ts'
import type { Cursor } from './run-statement.ts'
import type { SqlEngine, Turn } from './sql-engine.ts'

/** A statement that runs: it keeps its turn until its rows are read, it is closed, or its signal is aborted. */
export interface RunningStatement extends Cursor {
  readonly close: () => Promise<void>
}

/** Opens a statement in a turn of its own. @throws by `send`: the reason of the signal, else what `open` throws */
export function runInTurn(
  engine: SqlEngine,
  turn: Turn,
  open: (connection: DuckDBConnection, readable: Readable) => Promise<Cursor>,
): RunningStatement {
  const { signal } = turn
  const opened = Promise.withResolvers<Cursor>()
  const released = Promise.withResolvers<void>()
  let isBusy = false
  const done = engine.use(turn, async (connection, readable) => {
    opened.resolve(await open(connection, readable))
    await released.promise
  })
  done.catch(opened.reject)
  opened.promise.catch(() => {})
  // The connection of a statement that reads must not be closed under it; its reading fails as interrupted, and releases it then.
  const onAbort = () => (isBusy ? undefined : released.resolve())
  signal.addEventListener('abort', onAbort, { once: true })
  const release = () => {
    signal.removeEventListener('abort', onAbort)
    released.resolve()
  }
  return {
    async send(most, sink) {
      isBusy = true
      try {
        const cursor = await opened.promise
        signal.throwIfAborted()
        const sent = await cursor.send(most, sink)
        // an interrupted result can look like one that has ended
        signal.throwIfAborted()
        if (!sent.hasMore) release()
        return sent
      } catch (error) {
        release()
        throw signal.aborted ? signal.reason : error
      } finally {
        isBusy = false
        if (signal.aborted) release()
      }
    },
    async close() {
      release()
      await done.catch(() => {})
    },
  }
}
