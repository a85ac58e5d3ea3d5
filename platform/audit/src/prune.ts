import { tryAdvisoryXactLock, type Database } from '@stoa/postgres'
import type { Witness } from './witness.ts'

interface PruneOptions {
  readonly database: Pick<Database, 'transaction'>
  readonly service: string
  readonly witness: Witness
  readonly days: number
  readonly now: Temporal.Instant
}

const headsAtOnce = 1_000
const rowsAtOnce = 20_000

/**
 * Removes rows that are older than so many days from the beginning of the chain, up to a head that the witness noted before then: the
 * remaining rows follow that head, so the chain stays verifiable. Returns the number of removed rows, of which there may be more.
 */
export async function pruneAudit({ database, service, witness, days, now }: PruneOptions): Promise<number> {
  const before = now.subtract({ hours: 24 * days })
  return database.transaction(async (tx) => {
    if (!(await tryAdvisoryXactLock(tx, 'audit chain'))) return 0
    const [first] = await tx.sql<{ sequence: number }>`select sequence from audit_chain order by sequence limit 1`
    if (first === undefined) return 0
    const heads = await witness.heads(service, first.sequence - 1, headsAtOnce)
    const old = heads.filter(
      ({ sequence, notedAt }) =>
        Temporal.Instant.compare(notedAt, before) < 0 && sequence < first.sequence + rowsAtOnce,
    )
    const end = old.at(-1)
    if (end === undefined) return 0
    const [row] = await tx.sql<{ hash: string }>`select hash from audit_chain where sequence = ${end.sequence}`
    // a chain that does not agree with its witness is evidence, and stays
    if (row?.hash !== end.hash) return 0
    await tx.sql`select set_config('stoa.audit_prune', 'on', true)`
    const removed = await tx.sql`delete from audit_chain where sequence <= ${end.sequence} returning 1`
    await tx.sql`insert into audit_anchor (sequence, hash) values (${end.sequence}, ${end.hash})`
    return removed.length
  })
}
