import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPlace, type Place } from '@stoa/local'
import { discardPostgres, startPostgres } from '@stoa/supervisor/postgres/start-postgres'
import { access } from './access.ts'
import { givenDatabaseUrl } from './config.ts'

const prefix = 'stoa-example-'

/** Runs an example in its own place on the server of `inServer`. Leaves nothing behind. */
export async function inPlace(run: (place: Place) => Promise<void>): Promise<void> {
  await inServer(async (databaseUrl) => {
    const place = await openPlace({ databaseUrl, access })
    try {
      await run(place)
    } finally {
      await place.close()
    }
  })
}

/** Runs an example with the administrator's URL of a PostgreSQL server: that of EXAMPLES_DATABASE_URL, or a temporary one. */
export async function inServer(run: (databaseUrl: string) => Promise<void>): Promise<void> {
  const server = await openServer()
  try {
    await run(server.url)
  } finally {
    await server.close()
  }
}

async function openServer(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const given = givenDatabaseUrl()
  if (given !== undefined) return { url: given, close: async () => {} }
  await discardLeftBehind()
  const dataDir = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const log = { info: () => {}, warn: (fields: object, message: string) => console.error(message, fields) }
  const postgres = await startPostgres({ dataDir, port: 0, log })
  const close = async () => {
    await postgres.stop()
    await discardPostgres(dataDir)
  }
  return { url: postgres.url, close }
}

/** Servers of examples that were killed. */
async function discardLeftBehind(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1])
    if (pid > 0 && !isRunning(pid)) await discardPostgres(join(tmpdir(), name))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
