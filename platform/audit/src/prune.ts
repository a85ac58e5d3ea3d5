import { tryAdvisoryXactLock, type Database } from '@stoa/postgres'
import type { Witness } from './witness.ts'

interface PruneOptions {
  readonly database: Pick<Database, 'transaction'>
  readonly service: string
  readonly witness: Witness
  readonly days: number
  readonly now: Temporal.Instant
  /** How many rows are removed in one transaction, unless there are more between two heads; 20,000 by default. */
  readonly rowsAtOnce?: number
}

const headsAtOnce = 1_000

/**
 * Removes rows that are older than so many days from the beginning of the chain, up to a head that the witness noted before then: the
 * remaining rows follow that head, so the chain stays verifiable. Returns the number of removed rows, of which there may be more.
 */
export async function pruneAudit(options: PruneOptions): Promise<number> {
  const { database, service, witness, days, now, rowsAtOnce = 20_000 } = options
  const before = now.subtract({ hours: 24 * days })
  return database.transaction(async (tx) => {
    if (!(await tryAdvisoryXactLock(tx, 'audit chain'))) return 0
    const [first] = await tx.sql<{ sequence: number }>`select sequence from audit_chain order by sequence limit 1`
    if (first === undefined) return 0
    const heads = await witness.heads(service, first.sequence - 1, headsAtOnce)
    const old = heads.filter(({ notedAt }) => Temporal.Instant.compare(notedAt, before) < 0)
    // while the witness was unavailable, more may have been written than are removed at once
    const end = old.findLast(({ sequence }) => sequence < first.sequence + rowsAtOnce) ?? old[0]
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
