import { etlErrors } from '@stoa/contracts/etl/errors'
import { catalogueError, platformError, type AppError } from '@stoa/kernel'
import {
  commitTable,
  findMissing,
  newTable,
  readTable,
  restoringActions,
  writeRows,
  type Duck,
  type Snapshot,
  type SqlValue,
  type TableReader,
} from '@stoa/lake'
import type { Database } from '@stoa/postgres'
import { endFlush, openFlush, readFlushed, readFlushes, type Flush, type StagedEvent } from '../store/staged-events.ts'
import { eventColumns, eventsFolder, flushAppId } from './events-table.ts'

/** What a flush needs. */
export interface FlushTools {
  readonly database: Database
  readonly duck: Duck
  readonly lake: string
  readonly tables: TableReader
  readonly nowMs: () => number
}

/** The rows that flushes have written, and the version of the table after them. */
export interface Flushed {
  readonly rows: number
  readonly version: number | undefined
}

const mostPerFlush = 20_000
const timeoutMs = 300_000

/**
 * Moves all staged events into the lake. A flush is opened in the database, committed to the table with its number, and ended in the
 * database; each step can be repeated, also by two processes at once, and every event is in the table once.
 * @throws AppError `etl.lake_behind` if the table lacks what was flushed, `lake.conflict` (retryable) after a race
 */
export async function flushEvents(tools: FlushTools): Promise<Flushed> {
  let rows = 0
  for (;;) {
    const flush = await flushOnce(tools)
    if (flush === undefined) break
    rows += flush.rows
  }
  return { rows, version: (await tools.tables(eventsFolder(tools.lake)))?.version }
}

async function flushOnce(tools: FlushTools): Promise<Flush | undefined> {
  const { database, lake, tables, nowMs } = tools
  const folder = eventsFolder(lake)
  const found = await tables(folder)
  const isAhead = await isAheadOf(tools, found)
  const snapshot = isAhead === undefined ? found : await rewind(tools, isAhead)
  const above = numberOf(snapshot) ?? 0
  const flush = await database.transaction((tx) => openFlush(tx, { above, nowMs: nowMs(), most: mostPerFlush }))
  if (flush === undefined) return undefined
  // After a crash behind the commit the table has it already.
  const hasIt = numberOf(snapshot) === flush.number
  const version = hasIt && snapshot !== undefined ? snapshot.version : await write(tools, snapshot, flush)
  await database.transaction((tx) => endFlush(tx, flush.number, version))
  return flush
}

function numberOf(snapshot: Snapshot | undefined): number | undefined {
  return snapshot?.transactions.get(flushAppId)?.version
}

interface Ahead {
  readonly snapshot: Snapshot
  readonly last: Flush | undefined
}

/**
 * Whether the table has flushes that the database does not know, as it has after an older backup of the database was restored, or the
 * database was emptied. @throws AppError `etl.lake_behind` in the opposite case
 */
async function isAheadOf(
  { database, lake, tables }: FlushTools,
  snapshot: Snapshot | undefined,
): Promise<Ahead | undefined> {
  const { open, last } = await readFlushes(database.read)
  const number = numberOf(snapshot) ?? 0
  if (number === open?.number || number === (last?.number ?? 0)) return undefined
  // The table was read before the database: what it has, the database had opened.
  if (snapshot !== undefined && number > (last?.number ?? 0)) return { snapshot, last }
  if (numberOf(await tables(eventsFolder(lake))) !== number) throw raced(last)
  throw behind(
    `the lake lacks flush ${last?.number}, which the database has ended: restore the folder of the lake from the backup of that time`,
  )
}

function behind(detail: string): AppError {
  return catalogueError(etlErrors, 'etl.lake_behind', detail, { retryable: false })
}

/** Commits the files that the table had after the last flush that the database knows. */
async function rewind({ lake, tables }: FlushTools, { snapshot, last }: Ahead): Promise<Snapshot | undefined> {
  const folder = eventsFolder(lake)
  const earlier =
    last?.version === undefined || last.version === null ? undefined : await readTable(folder, last.version)
  if (last !== undefined && numberOf(earlier) !== last.number) {
    throw behind(`version ${last.version} of the lake is not flush ${last.number}`)
  }
  const actions = restoringActions(snapshot, earlier)
  const gone = await findMissing(folder, actions)
  if (gone !== undefined) throw behind(`version ${last?.version} of the lake is no longer kept: ${gone} is missing`)
  await commitTable(folder, {
    readVersion: snapshot.version,
    operation: 'RESTORE',
    actions: [...actions, { txn: { appId: flushAppId, version: last?.number ?? 0 } }],
  })
  return tables(folder)
}

async function write(
  { database, duck, lake }: FlushTools,
  before: Snapshot | undefined,
  flush: Flush,
): Promise<number> {
  const folder = eventsFolder(lake)
  const events = await readFlushed(database.read, flush.number)
  // Another process has ended it meanwhile: what it wrote is what this one would have written.
  if (events.length !== flush.rows) throw raced(flush)
  const adds = await duck.use({ timeoutMs }, (session) =>
    writeRows(session, events.map(toRow), { folder, columns: eventColumns, partitionBy: 'day' }),
  )
  const txn = { appId: flushAppId, version: flush.number, lastUpdated: Date.now() }
  return commitTable(folder, {
    readVersion: before?.version,
    operation: 'WRITE',
    actions: [...(before === undefined ? newTable(eventColumns, ['day']) : []), { txn }, ...adds],
  })
}

function raced(flush: Flush | undefined): AppError {
  return platformError('lake.conflict', `another process has ended flush ${flush?.number}`, { retryable: true })
}

function toRow({ seq, id, type, subject, happenedAt, data }: StagedEvent): Record<string, SqlValue> {
  const at = happenedAt.toString()
  return { day: at.slice(0, 10), seq, id, type, subject, happened_at: at, data }
}
