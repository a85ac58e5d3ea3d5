import { builtFromAppId } from '@stoa/contracts/etl/lake-layout'
import {
  commitTable,
  newTable,
  removals,
  rowCountOf,
  tableSql,
  writeQuery,
  type DuckSession,
  type Snapshot,
} from '@stoa/lake'
import { eventsFolder } from '../lake/events-table.ts'
import type { FlushTools } from '../lake/flush-events.ts'
import { dimDate, dimProduct } from './dimensions.ts'
import { factSales } from './fact-sales.ts'
import { definitionOf, starFolder, type StarTable } from './star-table.ts'

/** The tables of the star schema, facts last: a reader finds the dimensions of every fact. */
export const starTables: readonly StarTable[] = [dimDate, dimProduct, factSales]

/** What a build has done. */
export interface Built {
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly isSkipped: boolean
  readonly versions: Readonly<Record<string, number>>
}

const timeoutMs = 900_000

/**
 * Builds every table of the star schema anew from the events of the lake, each in one commit; one that has these events already is left
 * as it is. Repeated, or cut off and repeated, it ends with the same tables. @throws AppError `lake.conflict` (retryable) after a race
 */
export async function buildStar(
  { duck, lake, tables }: Pick<FlushTools, 'duck' | 'lake' | 'tables'>,
  asOfMs: number | undefined,
): Promise<Built> {
  const events = await tables(eventsFolder(lake))
  const versions: Record<string, number> = {}
  if (events === undefined) return { rowsRead: 0, rowsWritten: 0, isSkipped: true, versions }
  let rowsWritten = 0
  let isSkipped = true
  for (const table of starTables) {
    const before = await tables(starFolder(lake, table.name))
    const isCurrent = before !== undefined && isBuiltFrom(before, table, events)
    const built = isCurrent
      ? { version: before.version, rows: 0 }
      : await duck.use({ timeoutMs }, (session) => build(session, { lake, table, events, before, asOfMs }))
    isSkipped &&= isCurrent
    rowsWritten += built.rows
    versions[table.name] = built.version
  }
  return { rowsRead: isSkipped ? 0 : (rowCountOf(events) ?? 0), rowsWritten, isSkipped, versions }
}

const definitionKey = 'stoa.definition'

function isBuiltFrom({ transactions, metaData }: Snapshot, table: StarTable, events: Snapshot): boolean {
  const isOfEvents = transactions.get(builtFromAppId)?.version === events.version
  return isOfEvents && metaData.configuration[definitionKey] === definitionOf(table)
}

/** Whether a build would change nothing: every table has the events of the lake, as this release makes it. */
export async function isStarCurrent({ lake, tables }: Pick<FlushTools, 'lake' | 'tables'>): Promise<boolean> {
  const events = await tables(eventsFolder(lake))
  if (events === undefined) return true
  const found = await Promise.all(
    starTables.map(async (table) => ({ table, before: await tables(starFolder(lake, table.name)) })),
  )
  return found.every(({ table, before }) => before !== undefined && isBuiltFrom(before, table, events))
}

interface Building {
  readonly lake: string
  readonly table: StarTable
  readonly events: Snapshot
  readonly before: Snapshot | undefined
  readonly asOfMs: number | undefined
}

async function build(
  session: DuckSession,
  { lake, table, events, before, asOfMs }: Building,
): Promise<{ version: number; rows: number }> {
  const { columns } = table
  const folder = starFolder(lake, table.name)
  const adds = await writeQuery(session, table.sql(tableSql(eventsFolder(lake), events)), { folder, columns })
  // While etl is behind the log, the tables are not up to date: the time of the last build that was remains.
  const lastUpdated = asOfMs ?? before?.transactions.get(builtFromAppId)?.lastUpdated
  const txn = {
    appId: builtFromAppId,
    version: events.version,
    ...(lastUpdated === undefined ? {} : { lastUpdated }),
  }
  const version = await commitTable(folder, {
    readVersion: before?.version,
    operation: 'WRITE',
    actions: [
      // also when its columns have changed
      ...newTable(columns, [], { [definitionKey]: definitionOf(table) }),
      { txn },
      ...removals(before?.files.values() ?? []),
      ...adds,
    ],
  })
  const rows = adds.reduce(
    (sum, { add }) => sum + Number((JSON.parse(add?.stats ?? '{}') as { numRecords?: number }).numRecords),
    0,
  )
  return { version, rows }
}
