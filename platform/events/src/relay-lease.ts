import type { Session } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'

const lockName = 'stoa.outbox-relay'

/** The relay lock of a database as seen by a standby: its holder and the last heartbeat. */
interface Holder {
  readonly pid: number
  readonly beat: string | null
}

/** Tries to acquire the relay lock as a standby. */
export interface StandBy {
  /**
   * Acquires the lock if it is free. A holder without a heartbeat for the duration of the lease hangs with an
   * open connection: its session is terminated in the database, so that the lock becomes free and its later statements fail.
   */
  readonly tryLock: () => Promise<boolean>
}

/** Watches the lock from one session; the lease is measured here, so no two clocks are compared. */
export function standBy(session: Session, leaseMs: number, logger: Logger): StandBy {
  let seen: (Holder & { readonly sinceMs: number }) | undefined
  return {
    async tryLock() {
      if (await session.tryLock(lockName)) return true
      // Before the look: time that passes in here, a hang of this process included, is not the holder's.
      const nowMs = performance.now()
      const holder = await findHolder(session)
      if (holder === undefined) seen = undefined
      else if (seen?.pid !== holder.pid || seen.beat !== holder.beat) seen = { ...holder, sinceMs: nowMs }
      else if (nowMs - seen.sinceMs >= leaseMs) {
        if (await endHolder(session, holder)) {
          logger.warn('the outbox relay of another replica hung: its session was terminated', { leaseMs })
        }
        seen = undefined
      }
      return false
    },
  }
}

/** Shows that the holder of the lock is alive, a few times a lease, until the returned function is called. */
export function keepBeating(session: Session, leaseMs: number): () => void {
  const beat = () => {
    // A heartbeat that is lost with the server does not matter, and a failed one is followed by the loss of the session.
    const text = 'set local synchronous_commit = off; update outbox_relay set beat_at = clock_timestamp()'
    session.script(text).catch(() => {})
  }
  const timer = setInterval(beat, leaseMs / 4).unref()
  return () => clearInterval(timer)
}

async function findHolder({ sql }: Session): Promise<Holder | undefined> {
  const [holder] = await sql<Holder>`
    select l.pid, r.beat_at::text as beat from pg_locks l, outbox_relay r
    where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(${lockName}, 0)`
  return holder
}

async function endHolder({ sql }: Session, { pid, beat }: Holder): Promise<boolean> {
  const [row] = await sql<{ ended: boolean }>`
    select pg_terminate_backend(l.pid) as ended from pg_locks l, outbox_relay r
    where l.pid = ${pid} and r.beat_at::text is not distinct from ${beat}::text
      and l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(${lockName}, 0)`
  return row?.ended === true
}
