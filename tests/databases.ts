import type { Secrets } from '@stoa/supervisor/secrets'
import { databaseOf } from '@stoa/supervisor/secrets'
import pg from 'pg'

/** One row of a result; counts and sums that exceed a double are text. */
export type Row = Readonly<Record<string, any>>

/** Queries one database of the system, by the name of its service. */
export type Sql = (database: string, text: string, values?: readonly unknown[]) => Promise<Row[]>

/** The URL of a service's database at this address. */
export function databaseUrlAt(host: string, port: number, name: string, secrets: Secrets): string {
  const { name: database, role, password } = databaseOf(name, secrets)
  return `postgres://${role}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}

/** Opens a connection for each query, because the server may have been killed since the last one. */
export function askDatabases(port: number, secrets: Secrets): Sql {
  return async (database, text, values = []) => {
    const connectionString = databaseUrlAt('127.0.0.1', port, database, secrets)
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 30_000, query_timeout: 30_000 })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query<Row>(text, [...values])).rows
    } finally {
      await client.end().catch(() => {})
    }
  }
}
