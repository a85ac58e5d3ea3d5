import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

/** Sessions that ended together. */
export interface EndedSessions {
  readonly position: number
  readonly sessionIds: readonly string[]
}

/** Writes sessions down as ended; those who do it at once take turns, so that positions grow as they are committed. */
export async function saveEndedSessions(tx: WriteHandle, sessionIds: readonly string[]): Promise<void> {
  await advisoryXactLock(tx, 'auth.ended-sessions')
  await tx.sql`insert into ended_session (session_ids, ended_at) values (${[...sessionIds]}, clock_timestamp())`
}

/** The most that one question reports as ended. */
export const validityPage = 1_000

/** What the verifiers of tokens need. */
export interface Validity {
  /** What has ended behind a position, oldest first, at most 1,000. */
  readonly ended: readonly EndedSessions[]
  /** The keys that verify. */
  readonly keyIds: readonly string[]
}

/** Reads both in one statement: every follower asks once a second. */
export async function readValidity(db: ReadHandle, after: number, now: Temporal.Instant): Promise<Validity> {
  const [row] = await db.sql<Validity>`
    select
      (select coalesce(array_agg(key_id order by key_id), '{}') from signing.key
        where retires_at is null or retires_at > ${now}) as "keyIds",
      (select coalesce(json_agg(json_build_object('position', position, 'sessionIds', session_ids)), '[]') from (
        select position, session_ids from ended_session where position > ${after} order by position limit ${validityPage}) e
      ) as ended`
  if (row === undefined) throw new Error('a select without a table returned no row')
  return row
}

/** Deletes what ended before a time. */
export async function purgeEndedSessions(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from ended_session where ended_at < ${before}`
}
