import type { Service, Tx, WriteHandle } from '@stoa/contract'
import { newId, systemClock, type Clock, type NewId } from '@stoa/kernel'
import { advisoryXactLock, migrate, openDatabase } from '@stoa/postgres'
import { migrationsOf, txMaker, type DefinedService } from '@stoa/service'

/** What makes the values that a seed does not fix. */
export interface SeedTools {
  readonly clock: Clock
  readonly newId: NewId
  /** The base URL of `dataschema` of its events. */
  readonly schemaBaseUrl: string
}

/** The demonstration data of one service, put in by the service's own code. */
export interface Seed {
  readonly service: DefinedService
  readonly run: (tx: WriteHandle, tools: SeedTools) => Promise<void>
}

/** Describes a seed: it runs in one transaction, and what it publishes is how read copies learn of the data. */
export function seedOf<S extends Service>(
  service: DefinedService,
  run: (tx: Tx<S>, tools: SeedTools) => Promise<void>,
): Seed {
  return {
    service,
    run: (handle, tools) => run(txMaker({ service: service.contract, ...tools })(handle) as Tx<S>, tools),
  }
}

/**
 * Brings a service's database to its schema and puts the data in, once for each database: whoever comes second, or again
 * after a crash, finds the mark that was committed with them. Answers whether it was done now.
 */
export async function runSeed({ service, run }: Seed, url: string, schemaBaseUrl: string): Promise<boolean> {
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
      await run(handle, tools)
      await handle.sql`insert into seed (at) values (${tools.clock.now()})`
      return true
    })
  } finally {
    await database.close()
  }
}
