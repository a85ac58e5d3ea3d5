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

/** What has ended behind a position, oldest first. */
export async function listEndedSessions(db: ReadHandle, after: number): Promise<EndedSessions[]> {
  return db.sql<EndedSessions>`
    select position, session_ids as "sessionIds" from ended_session where position > ${after} order by position limit 1000`
}

/** Deletes what ended before a time. */
export async function purgeEndedSessions(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from ended_session where ended_at < ${before}`
}
