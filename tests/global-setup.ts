import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { discardPostgres, startPostgres } from '@stoa/supervisor/postgres/start-postgres'
import type { TestProject } from 'vitest/node'
import { testDatabaseUrl } from './config.ts'

const prefix = 'stoa-test-postgres-'

/** Starts one PostgreSQL for the integration tests, or uses that of TEST_DATABASE_URL. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = testDatabaseUrl()
  if (given !== undefined) {
    project.provide('databaseUrl', given)
    return async () => {}
  }
  await discardLeftBehind()
  const dataDir = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const postgres = await startPostgres({
    dataDir,
    port: 0,
    // Nothing outlives the run; tests of durability start a server of their own.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 500 },
    log: { info: () => {}, warn: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`) },
  })
  project.provide('databaseUrl', postgres.url)
  return async () => {
    await postgres.stop()
    await discardPostgres(dataDir)
  }
}

/** Removes the servers of killed runs. */
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
