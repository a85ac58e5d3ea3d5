import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { starTablePath, type StarTableName } from '@stoa/contracts/etl/lake-layout'
import type { Columns } from '@stoa/lake'

/** A table of the star schema. */
export interface StarTable {
  readonly name: StarTableName
  readonly columns: Columns
  /** Its rows as a query over the events of the lake, which is given as a subquery. */
  readonly sql: (events: string) => string
}

/** Names how a table is made: another release that makes it in another way builds it anew. */
export function definitionOf({ columns, sql }: StarTable): string {
  const text = JSON.stringify([columns, sql('events')])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The folder of a table of the star schema. */
export function starFolder(lake: string, name: StarTableName): string {
  return join(lake, starTablePath(name))
}
