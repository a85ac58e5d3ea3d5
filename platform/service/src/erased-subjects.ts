import { forgetAddresses } from '@stoa/audit'
import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { repeatedPart, type Part } from '@stoa/kernel/part'
import type { Database, MigrationSet } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'

const table = `
create table erased_subject (
  subject uuid primary key,
  erased_at timestamptz not null default now()
);
comment on table erased_subject is 'People whose data was erased: nothing personal is written for them any more';
`

// Each statement of the function has its own snapshot, so that the second sees what was committed before the first got the lock.
const question = `
create function is_erased(person uuid) returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('erasure ' || person, 0));
  return exists (select from erased_subject where subject = person);
end
$$;
comment on function is_erased(uuid) is 'Whether a person is erased; while they are not, their erasure waits for the end of this transaction';
`

/** The table in the database of a service that contains the ids of erased people. */
export const erasureMigrations: MigrationSet = {
  name: 'erasure',
  migrations: [
    { name: '0001-erased-subjects', sql: table },
    { name: '0002-index-old-subjects', sql: 'create index erased_subject_old on erased_subject (erased_at)' },
    { name: '0003-is-erased', sql: question },
  ],
}

const keptDays = 365
const batch = 10_000
const purgeEveryMs = 600_000

/**
 * Removes people who were erased more than a year ago: no request, task, saga or dead letter of theirs is that old, and a replay
 * of the log repeats the erasure itself. Otherwise every erased guest would leave a row permanently.
 */
export async function purgeErasedSubjects(database: Database): Promise<void> {
  for (;;) {
    const rows = await database.transaction(
      ({ sql }) => sql`
        delete from erased_subject where subject = any(array(
          select subject from erased_subject where erased_at < now() - make_interval(days => ${keptDays}) limit ${batch}))
        returning 1 as one`,
    )
    if (rows.length < batch) return
  }
}

/** The part that removes people who were erased long ago. */
export function erasurePart(database: Database, logger: Logger): Part {
  return repeatedPart('purge of erased people', purgeEveryMs, {
    run: () => purgeErasedSubjects(database),
    onFailure: (error) => logger.warn('people erased long ago were not purged', { error }),
  })
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Records in the transaction of an erasure that a person is erased. It waits for the transactions that have called `isErased`
 * for that person, so that the erasure sees their writes; call it before anything else is read or locked.
 */
export async function noteErased(tx: WriteHandle, subject: string): Promise<void> {
  await tx.sql`select pg_advisory_xact_lock(hashtextextended(${`erasure ${subject}`}, 0))`
  await tx.sql`insert into erased_subject (subject) values (${subject}) on conflict do nothing`
  await forgetAddresses(tx, subject)
}

/** Whether a person is erased; if not, an erasure waits for the end of this transaction. */
export async function isErased(tx: ReadHandle, subject: string): Promise<boolean> {
  if (!uuid.test(subject)) return false
  const [row] = await tx.sql<{ isErased: boolean }>`select is_erased(${subject}) as "isErased"`
  return row?.isErased === true
}

/** Returns those of these people who are erased; an erasure of the others waits for the end of the transaction. */
export async function findErased(tx: ReadHandle, subjects: readonly string[]): Promise<ReadonlySet<string>> {
  const people = subjects.filter((subject) => uuid.test(subject)).toSorted()
  if (people.length === 0) return new Set()
  const rows = await tx.sql<{ subject: string }>`
    select subject from unnest(${people}::text[]) as p(subject) where is_erased(subject::uuid)`
  return new Set(rows.map(({ subject }) => subject))
}

/** Throws AppError `auth.token_invalid` if the caller of a write is an erased person. */
export async function refuseErased(tx: ReadHandle, subject: string): Promise<void> {
  if (await isErased(tx, subject)) {
    throw platformError('auth.token_invalid', 'The account of the token has been erased.')
  }
}
