import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Session } from '@stoa/postgres'
import { discardPostgres, startPostgres } from '@stoa/supervisor/postgres/start-postgres'
import { onInterrupt } from './interrupts.ts'
import { cpuSecondsOf, descendantsOf } from './process-tree.ts'

/** A PostgreSQL of a bench's own, with the settings of the embedded one: fsync is on. */
export interface BenchPostgres {
  /** Creates a database; returns its address. */
  readonly create: (name: string) => Promise<string>
  /** Runs statements in the database at this address, without a time limit. */
  readonly script: (url: string, text: string) => Promise<void>
  readonly query: <Row extends object>(url: string, ask: (session: Session) => Promise<Row[]>) => Promise<Row[]>
  /** CPU seconds of all its processes so far. */
  readonly cpuSeconds: () => Promise<number>
}

const silent = { info() {}, warn() {} }

/** Runs with a PostgreSQL in a folder of its own, which is deleted afterwards. */
export async function withPostgres<T>(run: (postgres: BenchPostgres) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'stoa-bench-postgres-'))
  const forget = onInterrupt(() => discardPostgres(dataDir))
  try {
    const postgres = await startPostgres({ dataDir, port: 0, log: silent })
    const query: BenchPostgres['query'] = async (url, ask) => {
      const database = openDatabase({ url, applicationName: 'bench', statementTimeoutMs: 3_600_000 })
      try {
        const session = await database.session()
        try {
          return await ask(session)
        } finally {
          await session.close()
        }
      } finally {
        await database.close()
      }
    }
    try {
      return await run({
        async create(name) {
          await query(postgres.url, async ({ script }) => [{ tag: await script(`create database ${name}`) }])
          const url = new URL(postgres.url)
          url.pathname = `/${name}`
          return url.href
        },
        script: async (url, text) => void (await query(url, async ({ script }) => [{ tag: await script(text) }])),
        query,
        async cpuSeconds() {
          const { pid } = postgres
          return pid === undefined ? Number.NaN : cpuSecondsOf([pid, ...(await descendantsOf(pid))])
        },
      })
    } finally {
      await postgres.stop()
    }
  } finally {
    await discardPostgres(dataDir)
    forget()
  }
}
