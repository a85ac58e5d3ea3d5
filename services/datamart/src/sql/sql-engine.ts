import type { DuckDBConnection } from '@duckdb/node-api'
import { makeDuck, makeTurns, type TableReader, type Turns } from '@stoa/lake'
import { catalogSchema, catalogTables } from './catalog.ts'
import type { Readable } from './check-statement.ts'
import { makeStarViews, preparation, starFolders } from './star-views.ts'

interface EngineOptions {
  /** The folder of the lake. */
  readonly lake: string
  readonly tables: TableReader
  readonly memoryMiB: number
  readonly timeoutMs: number
  /** As many statements may wait. */
  readonly sessions: number
}

/** A statement's turn with the star schema. */
export interface Turn {
  /** Whose it is: one caller has at most two turns at once. */
  readonly subject: string
  readonly signal: AbortSignal
}

/** Runs statements over the star schema, in an engine of their own that is locked to its files. */
export interface SqlEngine {
  /** @throws the reason of the signal; errors of DuckDB and of its engine */
  readonly use: <Result>(
    turn: Turn,
    work: (connection: DuckDBConnection, readable: Readable) => Promise<Result>,
  ) => Promise<Result>
  readonly close: () => Promise<void>
}

const mostAtOnce = 4
const mostOfCaller = 2

/** Makes the engine; DuckDB starts with the first statement, and its memory is freed after 30 s without one. */
export function makeSqlEngine({ lake, tables, memoryMiB, timeoutMs, sessions }: EngineOptions): SqlEngine {
  const duck = makeDuck({
    folder: lake,
    reads: starFolders(lake),
    memoryMiB,
    mostAtOnce,
    mostWaiting: sessions,
    settings: { errors_as_json: 'true' },
    prepare: preparation,
  })
  const refresh = makeStarViews({ lake, tables })
  const byCaller = new Map<string, Turns>()

  async function inTurnOfCaller<Result>(subject: string, work: () => Promise<Result>): Promise<Result> {
    const own =
      byCaller.get(subject) ??
      makeTurns({ mostAtOnce: mostOfCaller, mostWaiting: sessions }, () => byCaller.delete(subject))
    byCaller.set(subject, own)
    await own.enter(false)
    try {
      return await work()
    } finally {
      own.leave(false)
    }
  }

  return {
    close: duck.close,
    use({ subject, signal }, work) {
      let hasBegun = false
      const done = inTurnOfCaller(subject, async () => {
        signal.throwIfAborted()
        return duck.use({ timeoutMs, signal }, async ({ connection }) => {
          signal.throwIfAborted()
          hasBegun = true
          const star = await refresh(connection)
          return work(connection, { tables: { public: star, [catalogSchema]: catalogTables } })
        })
      })
      // what waits for its turn need not wait to be cancelled
      const { promise: given, reject } = Promise.withResolvers<never>()
      const giveUp = () => (hasBegun ? undefined : reject(signal.reason))
      signal.addEventListener('abort', giveUp, { once: true })
      return Promise.race([done, given]).finally(() => {
        signal.removeEventListener('abort', giveUp)
        done.catch(() => {})
      })
    },
  }
}
