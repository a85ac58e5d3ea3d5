import type { Service, Tx, WriteHandle } from '@stoa/contract'
import { newId, systemClock, type Clock, type NewId } from '@stoa/kernel'
import { advisoryXactLock, migrate, openDatabase } from '@stoa/postgres'
import type { DefinedService } from './define-service.ts'
import { txMaker } from './make-tx.ts'
import { migrationsOf } from './service-schema.ts'

/** What makes the values that a seed does not fix. */
export interface SeedTools {
  readonly clock: Clock
  readonly newId: NewId
  /** The base URL of `dataschema` of its events. */
  readonly schemaBaseUrl: string
}

/** How one service inserts demonstration data; `Data` is what it takes of the data that the system passes to all seeds. */
export interface Seed<Data = unknown> {
  readonly service: DefinedService
  readonly run: (tx: WriteHandle, tools: SeedTools, data: Data) => Promise<void>
}

/** Defines the seed of a service: it runs in one transaction, and read copies are updated by the events that it publishes. */
export function defineSeed<S extends Service, Data = unknown>(
  service: DefinedService<any, S>,
  run: (tx: Tx<S>, tools: SeedTools, data: Data) => Promise<void>,
): Seed<Data> {
  return {
    service,
    run: (handle, tools, data) => run(txMaker({ service: service.contract, ...tools })(handle) as Tx<S>, tools, data),
  }
}

/** The database that a seed fills, and the data for it. */
interface SeedTarget<Data> {
  readonly url: string
  readonly schemaBaseUrl: string
  readonly data: Data
}

/**
 * Migrates the database of a service and runs its seed, once for each database: a marker is committed with the data. Returns
 * whether the seed ran now.
 */
export async function runSeed<Data>(
  { service, run }: Seed<Data>,
  { url, schemaBaseUrl, data }: SeedTarget<Data>,
): Promise<boolean> {
  await migrate(url, await migrationsOf(service))
  const applicationName = `${service.contract.name}-seed`
  const database = openDatabase({ url, applicationName, writeConnections: 1, statementTimeoutMs: 60_000 })
  const tools: SeedTools = { clock: systemClock, newId, schemaBaseUrl }
  try {
    return await database.transaction(async (handle) => {
      await advisoryXactLock(handle, 'stoa.seed')
      await handle.sql`create table if not exists seed (is_only boolean primary key default true check (is_only), at timestamptz not null)`
      const [mark] = await handle.sql`select 1 from seed`
      if (mark !== undefined) return false
      await run(handle, tools, data)
      await handle.sql`insert into seed (at) values (${tools.clock.now()})`
      return true
    })
  } finally {
    await database.close()
  }
}
