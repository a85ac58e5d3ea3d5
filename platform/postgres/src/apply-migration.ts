import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '@stoa/kernel'
import { sqlState } from './errors.ts'
import { quoteLiteral } from './fragment.ts'
import type { DatabaseLog } from './log.ts'
import type { Pending } from './migration-plan.ts'
import type { Session } from './session.ts'

// A statement that waits for the lock of a table makes all later ones on this table wait behind it.
const lockTimeoutMs = 3_000
const betweenAttemptsMs = 1_000
/** Attempts to get the locks of a migration before it fails; a long transaction may hold one of them. */
const lockAttempts = 200

/** Applies one migration and records it, in one transaction where its statement allows that. @throws StartError if it fails */
export async function applyMigration(session: Session, migration: Pending, log: DatabaseLog): Promise<void> {
  const { set, name, sql } = migration
  try {
    const index = concurrentIndex(sql)
    await withLocks(
      () => (index === undefined ? inTransaction(session, migration) : alone(session, migration, index)),
      {
        onWait: () => log.info({ set, migration: name }, 'migration waits for a lock'),
      },
    )
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`migration ${set}/${name} failed${lineOf(error, sql)}: ${reason}`, { cause: error })
  }
}

async function inTransaction(session: Session, migration: Pending): Promise<void> {
  try {
    await session.script(`begin; set local statement_timeout = 0; set local lock_timeout = ${lockTimeoutMs}`)
    await session.script(migration.sql)
    const tag = await session.script(`${record(migration)}; commit`)
    if (tag !== 'COMMIT') throw new Error('its transaction was not committed')
  } catch (error) {
    await session.script('rollback').catch(() => {})
    throw error
  }
}

/**
 * An index that is built while the table is written to, which PostgreSQL refuses in a transaction. If the process dies while it is built,
 * an invalid index stays, which the next attempt replaces; if it dies after that, the next attempt finds the index and only records it.
 * Its locks make no reader or writer wait, so it has no timeout.
 */
async function alone(session: Session, migration: Pending, index: string): Promise<void> {
  await session.script('set statement_timeout = 0')
  try {
    const [invalid] = await session.sql`
      select 1 from pg_index where indexrelid = to_regclass(${index}) and not indisvalid`
    if (invalid !== undefined) await session.script(`drop index concurrently ${index}`)
    await session.script(migration.sql)
    await session.script(record(migration))
  } finally {
    await session.script('reset statement_timeout').catch(() => {})
  }
}

function record({ set, name, checksum, contracts }: Pending): string {
  const row = [set, name, checksum].map(quoteLiteral)
  const values = [...row, contracts === null ? 'null' : quoteLiteral(contracts)].join(', ')
  return `insert into public.schema_migrations (set, name, checksum, contracts) values (${values})`
}

/** Repeats what did not get its locks in time, so that the statements behind it proceed in between. */
async function withLocks(run: () => Promise<void>, { onWait }: { readonly onWait: () => void }): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (sqlState(error) !== '55P03' || attempt === lockAttempts) throw error
      if (attempt === 1) onWait()
      await delay(betweenAttemptsMs)
    }
  }
}

const concurrently = /^create (?:unique )?index concurrently if not exists ([\w."]+) on [^;]*;?$/i

/** The name of the index that a migration builds concurrently; it contains nothing else. */
function concurrentIndex(sql: string): string | undefined {
  const statement = sql.replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ').trim()
  const index = concurrently.exec(statement)?.[1]
  if (index === undefined && /\bindex concurrently\b/i.test(statement))
    throw new Error(
      'a migration with "concurrently" contains only "create index concurrently if not exists <name> on …"',
    )
  return index
}

function lineOf(error: unknown, sql: string): string {
  const position = Number((error as { position?: unknown } | null)?.position)
  return position > 0 ? ` at line ${sql.slice(0, position).split('\n').length}` : ''
}
