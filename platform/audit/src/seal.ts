import type { WriteHandle } from '@stoa/contract'
import { tryAdvisoryXactLock, type Database } from '@stoa/postgres'
import { chainStart, linkObjects, type ChainHead } from '@stoa/security'
import { entryOf, sealAddress, textOfInstant, type AuditSource, type EntryText, type NewEntry } from './entry.ts'
import { tallySeconds } from './tally.ts'

/** Returns those of these accounts that are erased: addresses of theirs are not kept. */
export type FindErased = (tx: WriteHandle, subjects: readonly string[]) => Promise<ReadonlySet<string>>

/** What the sealer works with. */
export interface SealOptions {
  readonly database: Pick<Database, 'transaction'>
  readonly source: AuditSource
  readonly findErased: FindErased
}

/** One run of the sealer. */
export interface Sealed {
  readonly head: ChainHead
  /** Whether so many entries waited that more may be left. */
  readonly hasMore: boolean
}

const mostAtOnce = 1_000
// a request that began in the window may still be writing
const graceMs = 5_000

/**
 * Gives the entries that wait their places in the chain, in one transaction: they leave `audit_pending` and `audit_tally` and appear in
 * the chain, or nothing happens. One process of the service does so at a time; undefined if another one is at it.
 */
export function sealWaiting({ database, source, findErased }: SealOptions): Promise<Sealed | undefined> {
  return database.transaction(async (tx) => {
    if (!(await tryAdvisoryXactLock(tx, 'audit chain'))) return undefined
    const head = await readHead(tx, source.service)
    const pending = await takePending(tx)
    const tallied = await takeTallies(tx, source)
    const entries = [...pending, ...tallied]
    const hasMore = pending.length === mostAtOnce || tallied.length === mostAtOnce
    if (entries.length === 0) return { head, hasMore }
    const links = linkObjects(
      head,
      entries.map(({ text }) => text),
    )
    await tx.sql`
      insert into audit_chain (sequence, text, hash)
      select * from unnest(${links.map(({ sequence }) => sequence)}::bigint[], ${links.map(({ text }) => text)}::text[],
        ${links.map(({ hash }) => hash)}::text[])`
    await keepAddresses(tx, entries, findErased)
    return { head: links.at(-1) ?? head, hasMore }
  })
}

/** The end of the chain; that of the removed part if all rows were removed. */
export async function readHead({ sql }: Pick<WriteHandle, 'sql'>, service: string): Promise<ChainHead> {
  const [row] = await sql<{ sequence: number; hash: string }>`
    (select sequence, hash from audit_chain order by sequence desc limit 1)
    union all (select sequence, hash from audit_anchor order by sequence desc limit 1)
    order by sequence desc limit 1`
  return row ?? chainStart(service)
}

async function takePending(tx: WriteHandle): Promise<NewEntry[]> {
  const rows = await tx.sql<NewEntry>`
    select id, entry as text, actor, address, salt from audit_pending order by id limit ${mostAtOnce}`
  if (rows.length === 0) return rows
  const taken = await tx.sql`delete from audit_pending where id = any(${rows.map(({ id }) => id)}::uuid[]) returning 1`
  if (taken.length !== rows.length) throw new Error('an audit entry was taken by someone else')
  return rows
}

interface TallyRow {
  readonly entry: string
  readonly persons: string[]
  readonly count: number
  readonly first_at: Temporal.Instant
  readonly last_at: Temporal.Instant
  readonly address: string | null
}

/** The windows that have ended. */
async function takeTallies(tx: WriteHandle, { clock }: AuditSource): Promise<NewEntry[]> {
  const ended = Math.floor((clock.now().epochMilliseconds - graceMs) / 1_000 / tallySeconds)
  const rows = await tx.sql<TallyRow>`
    delete from audit_tally where (bucket, key) in (
      select bucket, key from audit_tally where bucket < ${ended} order by bucket, key limit ${mostAtOnce} for update)
    returning entry, persons, count, first_at, last_at, address`
  return rows
    .toSorted((a, b) => Temporal.Instant.compare(a.first_at, b.first_at))
    .map(({ entry, persons, count, first_at, last_at, address }) => {
      const [firstAt, lastAt] = [textOfInstant(first_at), textOfInstant(last_at)]
      const given = { ...(JSON.parse(entry) as EntryText), at: firstAt, persons, repeats: { count, firstAt, lastAt } }
      return entryOf(given, sealAddress(address ?? undefined))
    })
}

/** Whose address that of an entry may be: the actor's; of someone unknown, as with a wrong password, that of the accounts that are concerned. */
function peopleAt({ actor, text }: NewEntry): readonly string[] {
  return actor === 'anonymous' ? ((JSON.parse(text) as EntryText).persons ?? []) : [actor]
}

async function keepAddresses(tx: WriteHandle, entries: readonly NewEntry[], findErased: FindErased): Promise<void> {
  const located = entries.filter(({ address }) => address !== null)
  if (located.length === 0) return
  const erased = await findErased(tx, [...new Set(located.flatMap(peopleAt))])
  const kept = located.filter((entry) => !peopleAt(entry).some((person) => erased.has(person)))
  await tx.sql`
    insert into audit_address (entry, actor, address, salt)
    select * from unnest(${kept.map(({ id }) => id)}::uuid[], ${kept.map(({ actor }) => actor)}::text[],
      ${kept.map(({ address }) => address)}::text[], ${kept.map(({ salt }) => salt)}::text[])`
}
