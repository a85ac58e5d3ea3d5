import type { WriteHandle } from '@stoa/contract'
import type { Database, Session } from '@stoa/postgres'
import { Fenced, readJournals, type Signal } from './store.ts'
import type { JournalEntry } from './journal.ts'
import { headColumns, isLive, type SagaHead } from './transition.ts'

/** A saga with its whole journal, ready to be driven. */
export interface LoadedSaga {
  readonly head: SagaHead
  readonly journal: readonly JournalEntry[]
  /** Somebody drove it before, and may have called the step that comes next. */
  readonly isResumed: boolean
}

const lockName = (worker: string) => `stoa.saga-worker:${worker}`
const firstEpoch = 1

/** Enters a new worker: its lock first, so that nobody finds it without one. */
export async function register(session: Session, worker: string, name: string, lanes: number): Promise<void> {
  if (!(await session.tryLock(lockName(worker)))) throw new Error(`the lock of saga worker ${worker} is taken`)
  await session.sql`
    with w as (insert into saga_workers (id, name) values (${worker}, ${name}) returning id)
    insert into saga_lanes (worker, lane, epoch)
    select w.id, lane, ${firstEpoch}::int from w, generate_series(0, ${lanes}::int - 1) as lane`
}

export interface Surroundings {
  /** Sagas that belong to nobody. */
  readonly unclaimed: readonly string[]
  /** What is kept for the sagas of this worker. */
  readonly signals: readonly Signal[]
  /** Workers that have died or hang and are still named as owners. */
  readonly gone: readonly string[]
}

interface LookOptions {
  readonly worker: string
  readonly names: readonly string[]
  readonly leaseMs: number
  readonly limit: number
}

/** Looks for work, in one statement. The locks of workers found dead are held by this session afterwards. */
export async function lookAround(
  session: Session,
  { worker, names, leaseMs, limit }: LookOptions,
): Promise<Surroundings> {
  const [row] = await session.sql<{ unclaimed: string[] | null; signals: Signal[] | null; gone: string[] | null }>`
    select
      (select array_agg(u.id) from (
        select s.id from sagas s where s.owner is null and ${isLive} and s.name = any(${names})
        order by s.created_at limit ${limit}
      ) u) as unclaimed,
      (select json_agg(json_build_object('sagaId', g.saga_id, 'name', g.name, 'value', g.value))
        from saga_signals g join sagas s on s.id = g.saga_id and s.owner = ${worker} and ${isLive}) as signals,
      (select array_agg(w.id) from saga_workers w where case
        when w.id = ${worker} then false
        when w.is_dead then true
        when (select max(l.beat_at) from saga_lanes l where l.worker = w.id)
          < clock_timestamp() - ${leaseMs}::float8 * interval '1 millisecond' then true
        else pg_try_advisory_lock(hashtextextended('stoa.saga-worker:' || w.id, 0))
      end) as gone`
  return { unclaimed: row?.unclaimed ?? [], signals: row?.signals ?? [], gone: row?.gone ?? [] }
}

/**
 * Takes over from a dead or hung worker, up to `limit` of its live sagas. Raising its lanes' epoch waits for its flushes
 * under way and lets no other through, so the journals read after it are whole. @throws Fenced when the taker itself was
 */
export async function takeOver(
  database: Database,
  { dead, worker, limit }: { readonly dead: string; readonly worker: string; readonly limit: number },
): Promise<LoadedSaga[]> {
  return database.transaction(async (tx) => {
    await holdOwnLane(tx, worker)
    await tx.sql`update saga_lanes set epoch = epoch + 1 where worker = ${dead}`
    await tx.sql`update saga_workers set is_dead = true where id = ${dead} and not is_dead`
    const heads = await tx.sql<SagaHead>`
      update sagas s set owner = ${worker}, epoch = s.epoch + 1, updated_at = clock_timestamp()
      from (
        select s.id from sagas s where s.owner = ${dead} and ${isLive} limit ${limit} for update skip locked
      ) as left_behind
      where s.id = left_behind.id
      returning ${headColumns}`
    const left = await tx.sql`select 1 from sagas s where s.owner = ${dead} and ${isLive} limit 1`
    if (left.length === 0) await tx.sql`delete from saga_workers where id = ${dead}`
    return withJournals(tx, heads)
  })
}

/**
 * Ends transactions of this database and role that have stood idle for so long: a process that hangs inside one still
 * holds the rows of its sagas, and whatever else it has locked.
 */
export async function endHungTransactions(session: Session, idleMs: number): Promise<void> {
  await session.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
      and state like 'idle in transaction%'
      and state_change < clock_timestamp() - ${idleMs}::float8 * interval '1 millisecond'`
}

async function holdOwnLane(tx: WriteHandle, worker: string): Promise<void> {
  const held = await tx.sql`
    select 1 from saga_lanes where worker = ${worker} and lane = 0 and epoch = ${firstEpoch} for share`
  if (held.length === 0) throw new Fenced('this worker has been taken over itself')
}

async function withJournals(db: WriteHandle, heads: readonly SagaHead[]): Promise<LoadedSaga[]> {
  if (heads.length === 0) return []
  const journals = await readJournals(
    db,
    heads.map(({ id }) => id),
  )
  return heads.map((head) => ({ head, journal: journals.get(head.id) ?? [], isResumed: true }))
}

export async function unlockWorker(session: Session, worker: string): Promise<void> {
  await session.unlock(lockName(worker))
}

/** Hands back what this worker still owns and leaves; does nothing when it has been taken over. */
export async function leave(database: Database, worker: string): Promise<void> {
  await database.transaction(async (tx) => {
    await holdOwnLane(tx, worker)
    await tx.sql`update saga_lanes set epoch = epoch + 1 where worker = ${worker}`
    await tx.sql`update sagas s set owner = null where s.owner = ${worker} and ${isLive}`
    await tx.sql`delete from saga_workers where id = ${worker}`
  })
}
