import { hash } from 'node:crypto'
import type { AuditFacts, WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import { entryOf, textOfInstant, type AuditSource } from './entry.ts'
import { storable } from './storable.ts'

/** Equal actions within so many seconds share one entry. */
export const tallySeconds = 60
/** So many callers without an account get an entry of their own in such a window; all others share one. */
const mostAnonymous = 20
/** So many accounts are named in the entry of a caller without an account. */
const mostPersons = 10
const atOnce = 500

/** Records actions that may be very many: equal ones of a minute become one entry, with their number and the first and last time. */
export interface Tally {
  /** Resolves when the action is recorded. @throws AppError if the database is unavailable */
  readonly record: (facts: AuditFacts) => Promise<void>
}

interface Waiting {
  readonly key: string
  readonly bucket: number
  readonly facts: AuditFacts
  readonly at: string
  readonly done: PromiseWithResolvers<void>
}

/** Makes a tally. What is recorded while a transaction is open is written together with the next one. */
export function makeTally(database: Pick<Database, 'transaction'>, source: AuditSource): Tally {
  let waiting: Waiting[] = []
  let isWriting = false

  async function writeAll(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, atOnce)
      waiting = waiting.slice(atOnce)
      await database
        .transaction((tx) => write(tx, source, batch))
        .then(
          () => batch.forEach(({ done }) => done.resolve()),
          (error: unknown) => batch.forEach(({ done }) => done.reject(error)),
        )
    }
    isWriting = false
  }

  return {
    record(given) {
      const facts = storable(given)
      const now = source.clock.now()
      const done = Promise.withResolvers<void>()
      const bucket = Math.floor(now.epochMilliseconds / 1_000 / tallySeconds)
      waiting.push({ key: keyOf(facts), bucket, facts, at: textOfInstant(now), done })
      if (!isWriting) void writeAll()
      return done.promise
    },
  }
}

/** What is equal: of a caller without an account only the operation, the outcome and the address. */
function keyOf({ operation, actor, actorKind, outcome, code, client, session, target, persons, address }: AuditFacts) {
  const parts =
    actorKind === 'anonymous'
      ? [operation, outcome, code, address]
      : [operation, outcome, code, actor, client, session, target, persons, address]
  return hash('sha256', JSON.stringify(parts), 'base64url')
}

interface Counted extends Waiting {
  readonly count: number
  readonly lastAt: string
  readonly persons: readonly string[]
}

async function write(tx: WriteHandle, source: AuditSource, batch: readonly Waiting[]): Promise<void> {
  const counted = Map.groupBy(batch, ({ bucket, key }) => `${bucket} ${key}`)
    .values()
    .map((same): Counted => {
      const [first] = same
      if (first === undefined) throw new Error('an empty group')
      const persons = [...new Set(same.flatMap(({ facts }) => facts.persons ?? []))].slice(0, mostPersons)
      return { ...first, count: same.length, lastAt: same.at(-1)?.at ?? first.at, persons }
    })
    .toArray()
  const rows = mergeRest(await withinLimit(tx, counted))
  // in one order, so that two replicas do not wait for each other
  rows.sort((a, b) => (a.key < b.key ? -1 : 1))
  await tx.sql`
    insert into audit_tally (bucket, key, entry, actor, is_anonymous, persons, count, first_at, last_at, address)
    select bucket, key, entry, actor, is_anonymous, array(select jsonb_array_elements_text(persons)), count, first_at, last_at, address
      from unnest(${rows.map(({ bucket }) => bucket)}::bigint[], ${rows.map(({ key }) => key)}::text[],
        ${rows.map(({ facts }) => textOf(source, facts))}::text[], ${rows.map(({ facts }) => facts.actor)}::text[],
        ${rows.map(({ facts }) => facts.actorKind === 'anonymous')}::boolean[],
        ${rows.map(({ persons }) => JSON.stringify(persons))}::jsonb[], ${rows.map(({ count }) => count)}::integer[],
        ${rows.map(({ at }) => at)}::timestamptz[], ${rows.map(({ lastAt }) => lastAt)}::timestamptz[],
        ${rows.map(({ facts }) => facts.address ?? null)}::text[])
        as r(bucket, key, entry, actor, is_anonymous, persons, count, first_at, last_at, address)
    on conflict (bucket, key) do update set
      count = audit_tally.count + excluded.count,
      first_at = least(audit_tally.first_at, excluded.first_at),
      last_at = greatest(audit_tally.last_at, excluded.last_at),
      persons = (select coalesce(array_agg(p), '{}') from (
        select distinct p from unnest(audit_tally.persons || excluded.persons) as p limit ${mostPersons}) as named(p))`
}

/** Callers without an account beyond the limit of a window share one entry of their operation and outcome, without an address. */
async function withinLimit(tx: WriteHandle, rows: readonly Counted[]): Promise<Counted[]> {
  const anonymous = rows.filter(({ facts }) => facts.actorKind === 'anonymous')
  if (anonymous.length === 0) return [...rows]
  const known = await tx.sql<{ bucket: number; key: string }>`
    select bucket, key from audit_tally
     where is_anonymous and bucket = any(${anonymous.map(({ bucket }) => bucket)}::bigint[])`
  const keys = new Set(known.map(({ bucket, key }) => `${bucket} ${key}`))
  return rows.map((row) => {
    if (row.facts.actorKind !== 'anonymous' || keys.has(`${row.bucket} ${row.key}`)) return row
    if (keys.size < mostAnonymous) {
      keys.add(`${row.bucket} ${row.key}`)
      return row
    }
    const facts = { ...row.facts, address: undefined, details: { addresses: 'several' } }
    return { ...row, facts, key: keyOf(facts) }
  })
}

/** One statement may not write a row twice. */
function mergeRest(rows: readonly Counted[]): Counted[] {
  return Map.groupBy(rows, ({ bucket, key }) => `${bucket} ${key}`)
    .values()
    .map((same) => {
      const [first] = same
      if (first === undefined) throw new Error('an empty group')
      const count = same.reduce((sum, each) => sum + each.count, 0)
      const persons = [...new Set(same.flatMap((each) => each.persons))].slice(0, mostPersons)
      return { ...first, count, persons }
    })
    .toArray()
}

/** Without what becomes known when the window has ended. */
function textOf({ service, newId }: AuditSource, { address: _address, ...facts }: AuditFacts): string {
  return entryOf({ id: newId(), service, at: '', ...facts }, undefined).text
}
