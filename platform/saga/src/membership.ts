import type { WriteHandle } from '@stoa/contract'
import type { Database, Session } from '@stoa/postgres'
import type { Definitions } from './definitions.ts'
import type { JournalEntry } from './journal.ts'
import { Fenced, readJournals } from './store.ts'
import { headColumns, isKnown, isLive, type SagaHead } from './transition.ts'

/** A saga with its whole journal, ready to be driven. */
export interface LoadedSaga {
  readonly head: SagaHead
  readonly journal: readonly JournalEntry[]
  /** Whether another worker drove it before, and may have called the next step. */
  readonly isResumed: boolean
}

const lockName = (worker: string) => `stoa.saga-worker:${worker}`
/** The epoch of the lanes of a worker that has not been taken over. */
export const firstEpoch = 1

/**
 * Prepares the connection of a worker. Its statements use indexes regardless of the statistics of a new or frequently
 * changed table, and the server cancels a statement that runs longer than the lease.
 */
export async function prepareSession(session: Session, leaseMs: number): Promise<void> {
  await session.script(
    `set enable_seqscan = off; set enable_bitmapscan = off; ` +
      `set statement_timeout = ${Math.ceil(leaseMs)}; set client_connection_check_interval = 500`,
  )
}

/**
 * The rows of a worker that transactions lock which start a saga as its own (`startSaga`). Nothing else updates them but a
 * takeover, also one by an earlier release. They are several, so that concurrent transactions seldom lock the same one.
 */
export const births = { firstLane: 100, count: 16 } as const

/** Registers a new worker. It takes its lock first, so that no other worker finds it without the lock. */
export async function register(session: Session, worker: string, name: string, lanes: number): Promise<void> {
  const lastBirth = births.firstLane + births.count - 1
  if (!(await session.tryLock(lockName(worker)))) throw new Error(`the lock of saga worker ${worker} is taken`)
  await session.sql`
    with w as (
      insert into saga_workers (id, name, application)
      values (${worker}, ${name}, current_setting('application_name')) returning id
    )
    insert into saga_lanes (worker, lane, epoch)
    select w.id, lane, ${firstEpoch}::int from w, (
      select generate_series(0, ${lanes}::int - 1) union all select generate_series(${births.firstLane}::int, ${lastBirth}::int)
    ) as l (lane)`
}

interface TakeOverOptions {
  readonly dead: string
  readonly worker: string
  readonly definitions: Definitions
  readonly limit: number
}

/**
 * Takes over up to `limit` running sagas of a dead or hung worker; sagas of unknown versions are left without a worker. Raising the
 * epoch of its lanes waits for its pending flushes and prevents new ones, so the journals read afterwards are complete.
 * @throws Fenced if this worker was itself taken over
 */
export async function takeOver(
  database: Database,
  { dead, worker, definitions, limit }: TakeOverOptions,
): Promise<LoadedSaga[]> {
  const isKnownHere = isKnown(definitions.names, definitions.versions)
  return database.transaction(async (tx) => {
    await holdOwnLane(tx, worker)
    await tx.sql`set local enable_seqscan = off`
    await tx.sql`update saga_lanes set epoch = epoch + 1 where worker = ${dead}`
    await tx.sql`update saga_workers set is_dead = true where id = ${dead} and not is_dead`
    const heads = await tx.sql<SagaHead & { readonly isTaken: boolean }>`
      update sagas s set owner = case when ${isKnownHere} then ${worker}::uuid end, epoch = s.epoch + 1,
        updated_at = clock_timestamp()
      where s.id = any(array(
        select s.id from sagas s where s.owner = ${dead} and ${isLive} limit ${limit} for update skip locked
      ))
      returning ${headColumns}, s.owner is not null as "isTaken"`
    const left = await tx.sql`select 1 from sagas s where s.owner = ${dead} and ${isLive} limit 1`
    if (left.length === 0) await tx.sql`delete from saga_workers where id = ${dead}`
    return withJournals(
      tx,
      heads.filter(({ isTaken }) => isTaken),
    )
  })
}

/**
 * Terminates transactions that processes of dead workers have left idle for this long, because a process that hangs inside a transaction
 * still locks the rows of its sagas. A process with a live worker under another identity is not affected.
 */
export async function endHungTransactions(
  session: Session,
  { dead, idleMs }: { readonly dead: readonly string[]; readonly idleMs: number },
): Promise<void> {
  await session.sql`
    select pg_terminate_backend(a.pid) from pg_stat_activity a
    where a.datname = current_database() and a.usename = current_user and a.pid <> pg_backend_pid()
      and a.state like 'idle in transaction%'
      and a.state_change < clock_timestamp() - ${idleMs}::float8 * interval '1 millisecond'
      and exists (
        select from saga_workers w where w.id = any(${dead}) and w.application = a.application_name
      )
      and not exists (
        select from saga_workers w
        where w.application = a.application_name and not w.is_dead and w.id <> all(${dead})
      )`
}

async function holdOwnLane(tx: WriteHandle, worker: string): Promise<void> {
  const held = await tx.sql`
    select 1 from saga_lanes where worker = ${worker} and lane = 0 and epoch = ${firstEpoch} for share`
  if (held.length === 0) throw new Fenced('this worker was itself taken over')
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

/** Releases the sagas that this worker still owns, and leaves; does nothing if it has been taken over. */
export async function leave(database: Database, worker: string): Promise<void> {
  await database.transaction(async (tx) => {
    await holdOwnLane(tx, worker)
    await tx.sql`update saga_lanes set epoch = epoch + 1 where worker = ${worker}`
    await tx.sql`update sagas s set owner = null where s.owner = ${worker} and ${isLive}`
    await tx.sql`delete from saga_workers where id = ${worker}`
  })
}
