import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase, type Database } from '@stoa/postgres'
import { superuser } from '@stoa/supervisor/postgres/cluster'
import { databaseUrlOf } from './bulk-rows.ts'
import type { SystemUnderTest } from './system-under-test.ts'

/** A statement as pg_stat_statements counts it: its constants are replaced by parameters. */
export interface CountedStatement {
  /** The service whose database it ran in, or `event_log`. */
  readonly database: string
  readonly calls: number
  readonly ms: number
  /** In one line. */
  readonly text: string
}

/** The statements that the server of a system has executed. */
export interface StatementCounts {
  readonly reset: () => Promise<void>
  /** Since the last reset, what took longest first. */
  readonly read: () => Promise<CountedStatement[]>
}

const settings = `
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.max = 20000
`

/** Starts a system whose server counts statements, and stops it after `run`. */
export async function withStatementCounts<T>(
  system: SystemUnderTest,
  run: (counts: StatementCounts) => Promise<T>,
): Promise<T> {
  // The first start creates the server's folder; the module is loaded at the second.
  await system.start()
  const folder = serverFolder(await orderUrl(system))
  await system.stop()
  await appendFile(join(folder, 'cluster', 'postgresql.auto.conf'), settings)
  await system.start()
  const url = new URL(await orderUrl(system))
  url.username = superuser
  url.password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  url.pathname = '/postgres'
  const database = openDatabase({ url: url.href, applicationName: 'bench', statementTimeoutMs: 60_000 })
  try {
    await database.transaction(({ sql }) => sql`create extension if not exists pg_stat_statements`)
    return await run(countsIn(database))
  } finally {
    await database.close()
    await system.stop()
  }
}

async function orderUrl(system: SystemUnderTest): Promise<string> {
  const order = (await system.processes()).find(({ service }) => service === 'order')
  if (order === undefined) throw new Error('there is no order service')
  return databaseUrlOf(order.pid)
}

/** Its socket is in the folder that contains its data. */
function serverFolder(url: string): string {
  const folder = new URL(url).searchParams.get('host')
  if (folder === null) throw new Error('the server has no Unix socket')
  return folder
}

function countsIn(database: Database): StatementCounts {
  return {
    reset: async () => void (await database.read.sql`select pg_stat_statements_reset()`),
    read: () => database.read.sql<CountedStatement>`
      select replace(d.datname, 'stoa_', '') as database, s.calls::float8 as calls, s.total_exec_time as ms,
             regexp_replace(s.query, '\\s+', ' ', 'g') as text
        from pg_stat_statements s join pg_database d on d.oid = s.dbid
       where d.datname like 'stoa\\_%'
       order by s.total_exec_time desc`,
  }
}
