import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Silence, SilenceId } from '@stoa/contracts/monitoring/alert-resources'
import { json } from '@stoa/postgres'

interface SilenceRow {
  readonly id: SilenceId
  readonly matchers: Silence['matchers']
  readonly comment: string | null
  readonly created_by: string | null
  readonly created_at: Temporal.Instant
  readonly ends_at: Temporal.Instant
}

const shown = ({
  id,
  matchers,
  comment,
  created_by: createdBy,
  created_at: at,
  ends_at: end,
}: SilenceRow): Silence => ({
  id,
  matchers,
  ...(comment === null ? {} : { comment }),
  ...(createdBy === null ? {} : { createdBy }),
  createdAt: at.toString(),
  endsAt: end.toString(),
})

/** Of those that are in force at the same time. */
export const mostSilences = 200

/** Reads the silences that are in force, at most `mostSilences`. */
export async function readSilences(db: ReadHandle, now: Temporal.Instant): Promise<Silence[]> {
  const rows = await db.sql<SilenceRow>`
    select * from alert_silences where ends_at > ${now} order by id desc limit ${mostSilences}`
  return rows.map(shown)
}

/** A page of the silences that are in force, the newest first. */
export async function listSilences(
  db: ReadHandle,
  now: Temporal.Instant,
  after: string | undefined,
  limit: number,
): Promise<Silence[]> {
  const rows = await db.sql<SilenceRow>`
    select * from alert_silences where ends_at > ${now} and (${after}::uuid is null or id < ${after}::uuid)
     order by id desc limit ${limit}`
  return rows.map(shown)
}

/** Finds a silence, also one that has ended. */
export async function findSilence(db: ReadHandle, id: string): Promise<Silence | undefined> {
  const [row] = await db.sql<SilenceRow>`select * from alert_silences where id = ${id}`
  return row === undefined ? undefined : shown(row)
}

/** Stores a silence, unless the most are in force. */
export async function insertSilence(tx: WriteHandle, silence: Silence, now: Temporal.Instant): Promise<boolean> {
  await tx.sql`select pg_advisory_xact_lock(hashtextextended('stoa.alert-silences', 0))`
  const rows = await tx.sql`
    insert into alert_silences (id, matchers, comment, created_by, created_at, ends_at)
    select ${silence.id}::uuid, ${json(silence.matchers)}::jsonb, ${silence.comment ?? null}::text, ${silence.createdBy ?? null}::text,
           ${silence.createdAt}::timestamptz, ${silence.endsAt}::timestamptz
     where (select count(*) from alert_silences where ends_at > ${now}) < ${mostSilences}
    returning 1`
  return rows.length > 0
}

/** Ends a silence, unless it has ended already; returns false if no silence has this id. */
export async function endSilence(tx: WriteHandle, id: string, now: Temporal.Instant): Promise<boolean> {
  const rows =
    await tx.sql`update alert_silences set ends_at = least(ends_at, ${now}::timestamptz) where id = ${id} returning 1`
  return rows.length > 0
}

/** The silences that an account has created, the newest first. */
export async function listSilencesOf(db: ReadHandle, userId: string, limit: number): Promise<Silence[]> {
  const rows = await db.sql<SilenceRow>`
    select * from alert_silences where created_by = ${userId} order by id desc limit ${limit}`
  return rows.map(shown)
}

/** Removes an account from the silences that it has created; they stay in force. */
export async function forgetCreator(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`update alert_silences set created_by = null, comment = null where created_by = ${userId}`
}

/** Deletes silences that ended before a time. */
export async function deleteEnded(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from alert_silences where ends_at < ${before}`
}
