import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { logMigrations } from '@stoa/events'
import { migrate } from '@stoa/postgres'
import { startTestService, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrationsOf } from '../src/index.ts'
import { parcelService } from './parcel/parcel.ts'

const program = fileURLToPath(new URL('parcel/main.ts', import.meta.url))
let own: TestDatabase
let log: TestDatabase

beforeEach(async () => {
  own = await testDatabase({ sets: [], name: 'parcel' })
  log = await testDatabase({ sets: [], name: 'parcel_log' })
})
afterEach(() => Promise.all([own.close(), log.close()]))

/** Runs the program of the service until it ends, with no setting but these. */
async function runProgram(args: readonly string[], settings: Readonly<Record<string, string>>) {
  const env = { DATABASE_URL: own.url, LOG_DATABASE_URL: log.url, ...settings }
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, said, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { status: status as number | null, out, said }
}

const tables = async () => {
  const rows = await own.database.read.sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`
  return rows.map(({ name }) => name)
}

test('two jobs at once migrate both databases once, with no other setting, and a third finds nothing to do', async () => {
  const ended = await Promise.all([runProgram(['--migrate'], {}), runProgram(['--migrate'], {})])
  expect(ended).toEqual([expect.objectContaining({ status: 0 }), expect.objectContaining({ status: 0 })])
  const lines = ended.flatMap(({ out }) => out.trim().split('\n')).filter((line) => line.includes('applied'))
  const wanted = [...(await migrationsOf(parcelService)), logMigrations].flatMap(({ name, migrations }) =>
    migrations.map((each) => `parcel: applied ${name}/${each.name}`),
  )
  expect(lines.toSorted()).toEqual(wanted.toSorted())
  expect(await tables()).toContain('parcels')
  expect(await runProgram(['--migrate'], {})).toMatchObject({ status: 0, out: 'parcel: up to date\n' })
})

test('a job whose database does not exist ends with 1 and one sentence', async () => {
  const url = new URL(own.url)
  url.pathname = '/stoa_missing'
  const { status, said } = await runProgram(['--migrate'], { DATABASE_URL: url.href })
  expect({ status, lines: said.trim().split('\n') }).toEqual({
    status: 1,
    lines: [expect.stringContaining('parcel cannot start: the database refuses the connection: ')],
  })
})

test('a process with MIGRATE=off does not start before the job has run, and says so in one sentence', async () => {
  const { status, said } = await runProgram([], { MIGRATE: 'off', STOA_ENV: 'embedded' })
  expect(status).toBe(1)
  expect(said).toMatch(
    /^parcel cannot start: its database lacks the migration \S+ and \d+ more, and MIGRATE is off: run "stoa migrate parcel" or the migration job first\n$/,
  )
  expect(await tables()).toEqual([])
})

test('a process with MIGRATE=off starts with its own schema and with a newer one that only adds', async () => {
  const sets = await migrationsOf(parcelService)
  const last = sets.at(-1)
  if (last === undefined) throw new Error('parcel has no migrations')
  const newer = { name: '9999-add-weight', sql: 'alter table parcels add column weight int' }
  await migrate(own.url, [...sets.slice(0, -1), { ...last, migrations: [...last.migrations, newer] }])
  await migrate(log.url, [logMigrations])
  const settings = { MIGRATE: 'off', DATABASE_URL: own.url, LOG_DATABASE_URL: log.url }
  const { running, stop } = await startTestService(parcelService, { access: { roles: {}, scopes: {} }, settings })
  expect(running.isReady()).toBe(true)
  await stop()
})
