import { testDatabase } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { eventsMigrations, logMigrations, openEventLog, startRelay } from '../src/index.ts'
import { pack, until, warehouse, watchedTelemetry } from './shop.ts'

test('a replica whose relay stands by notifies the one that works, which sends what the replica has committed', async () => {
  const [service, logs] = await Promise.all([
    testDatabase({ name: 'warehouse', sets: [eventsMigrations] }),
    testDatabase({ name: 'log', sets: [logMigrations] }),
  ])
  const { database } = service
  const log = openEventLog({ database: logs.database })
  const { telemetry } = watchedTelemetry()
  const session = await database.session()
  let notified = 0
  await session.listen('stoa_outbox_filled', () => (notified += 1))
  // Another object, as in another process: what commits here does not wake it.
  const working = startRelay({ service: { ...warehouse }, database, log, telemetry })
  const holders = () => session.sql`
    select from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`
  await until(async () => (await holders()).length > 0)
  const standing = startRelay({ service: warehouse, database, log, telemetry })
  onTestFinished(async () => {
    await Promise.all([standing.stop(), working.stop()])
    await Promise.all([session.close(), service.close(), logs.close()])
  })

  await pack(database, 'p', 1, 2, 3)
  await until(() => notified > 0)
  await until(async () => (await session.sql`select from outbox`).length === 0)
  expect((await log.read({ limit: 10 })).events).toHaveLength(3)
})
