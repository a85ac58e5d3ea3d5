import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { starTableNames, starTablePath, type StarTableName } from '@stoa/contracts/etl/lake-layout'
import { quoteText, tableSql, type TableReader } from '@stoa/lake'
import { laterColumns } from '../model/sales.ts'
import { catalogPreparation } from './catalog.ts'

/** What is run in a new engine before it is locked: the database in which clients see the star schema. */
export const preparation = [`attach ':memory:' as mart`, 'create schema mart.public', ...catalogPreparation]

/** The folders of the tables of the star schema, the only ones that statements read. */
export function starFolders(lake: string): string[] {
  return starTableNames.map((name) => folderOf(lake, name))
}

function folderOf(lake: string, name: StarTableName): string {
  return join(lake, starTablePath(name))
}

/**
 * Makes the function that brings the views of the star schema to the latest version of its tables, and returns their names. All views change
 * in one transaction, so that each statement reads one state; the files of an earlier version stay while they may still be read.
 */
export function makeStarViews({ lake, tables: readTable }: { readonly lake: string; readonly tables: TableReader }) {
  let changing: Promise<unknown> = Promise.resolve()

  async function refresh(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
    const wanted = await Promise.all(
      starTableNames.map(async (name) => {
        const snapshot = await readTable(folderOf(lake, name))
        if (snapshot === undefined) return []
        const sql = `select * from ${tableSql(folderOf(lake, name), snapshot, laterColumns[name])}`
        return [{ name, sql, mark: createHash('sha256').update(sql).digest('hex') }]
      }),
    )
    const views = wanted.flat()
    const reader = await connection.runAndReadAll(
      `select view_name, comment from duckdb_views() where database_name = 'mart' and schema_name = 'public'`,
    )
    const known = new Map(reader.getRowObjects().map((row) => [String(row['view_name']), String(row['comment'])]))
    const changed = views.filter(({ name, mark }) => known.get(name) !== mark)
    const gone = [...known.keys()].filter((name) => !views.some((view) => view.name === name))
    if (changed.length + gone.length > 0) {
      const statements = [
        ...gone.map((name) => `drop view ${name}`),
        ...changed.flatMap(({ name, sql, mark }) => [
          `create or replace view ${name} as ${sql}`,
          `comment on view ${name} is ${quoteText(mark)}`,
        ]),
      ]
      await inTransaction(connection, statements)
    }
    return new Set(views.map(({ name }) => name))
  }

  return async (connection: DuckDBConnection): Promise<ReadonlySet<string>> => {
    await connection.run('use mart.public')
    // One at a time: two that change the same views would conflict.
    const refreshing = changing.then(() => refresh(connection))
    changing = refreshing.catch(() => {})
    return refreshing
  }
}

async function inTransaction(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  await connection.run('begin')
  try {
    for (const statement of statements) await connection.run(statement)
    await connection.run('commit')
  } catch (error) {
    await connection.run('rollback').catch(() => {})
    throw error
  }
}
