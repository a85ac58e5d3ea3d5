import { eventually } from '@stoa/testing'
import type pg from 'pg'
import type { RunningSystem } from './running-system.ts'

/** A write of order's own that is to stand still: before it is made, or when its transaction is about to commit. */
export interface HeldWrite {
  /** The saga's id; for its start also the customer's. */
  readonly subject: string
  /** Empty for a state of the saga as a whole. */
  readonly step: string
  /** Of the journal entry; or `state`. */
  readonly kind: string
  /** Of the journal entry; or the state. */
  readonly outcome: string
  readonly at: 'write' | 'commit'
}

/** A write that was told to stand still. */
export interface Hold {
  /** Resolves when it stands still. */
  readonly reached: () => Promise<void>
  readonly release: () => Promise<void>
}

// Advisory locks that are taken in a transaction of the product by a trigger of the test: the product knows nothing of it.
const install = `
create table if not exists matrix_holds (
  subject text not null, step text not null, kind text not null, outcome text not null, at text not null,
  lock_key bigint not null
);

create table if not exists matrix_aged (subject text primary key);

create table if not exists matrix_drivers (name text primary key);

create or replace function matrix_steer() returns trigger language plpgsql as $$
begin
  if exists (select from matrix_drivers)
     and not exists (select from saga_workers w join matrix_drivers d using (name) where w.id = new.owner)
  then
    return null;
  end if;
  return new;
end
$$;

create trigger matrix_saga_owner before update of owner on sagas
  for each row when (new.owner is not null and old.owner is distinct from new.owner) execute function matrix_steer();

create or replace function matrix_wait(subjects text[], wanted_step text, wanted_kind text, wanted_outcome text, moment text)
returns void language plpgsql as $$
declare
  held bigint;
begin
  for held in select h.lock_key from matrix_holds h
               where h.subject = any (subjects) and h.step = wanted_step and h.kind = wanted_kind
                 and h.outcome = wanted_outcome and h.at = moment
  loop
    perform pg_advisory_xact_lock_shared(held);
  end loop;
end
$$;

create or replace function matrix_hold_journal() returns trigger language plpgsql as $$
begin
  perform matrix_wait(array[new.saga_id], new.step, new.kind, new.outcome, tg_argv[0]);
  return new;
end
$$;

create or replace function matrix_hold_saga() returns trigger language plpgsql as $$
begin
  perform matrix_wait(array[new.id, new.input->>'customerId'], '', 'state', new.state, tg_argv[0]);
  if tg_op = 'INSERT' and exists (select from matrix_aged where subject = new.id) then
    new.created_at := new.created_at - interval '601 seconds';
  end if;
  return new;
end
$$;

create trigger matrix_journal_write before insert on saga_journal
  for each row execute function matrix_hold_journal('write');
create constraint trigger matrix_journal_commit after insert on saga_journal deferrable initially deferred
  for each row execute function matrix_hold_journal('commit');
create trigger matrix_saga_write before insert or update of state on sagas
  for each row execute function matrix_hold_saga('write');
create constraint trigger matrix_saga_commit after insert or update on sagas deferrable initially deferred
  for each row execute function matrix_hold_saga('commit');
`

let lastKey = 7_000

/** Puts the triggers into order's database. */
export async function installHolds(system: RunningSystem): Promise<void> {
  await system.database('order').query(install)
}

/** Makes a write stand still, from now on until it is released. */
export async function hold(system: RunningSystem, { subject, step, kind, outcome, at }: HeldWrite): Promise<Hold> {
  const database = system.database('order')
  const key = ++lastKey
  const holder = await database.connect()
  // A session's lock, outside of any transaction: those that stand idle in one are ended by the saga workers.
  await holder.query('select pg_advisory_lock($1)', [key])
  await database.query('insert into matrix_holds values ($1, $2, $3, $4, $5, $6)', [
    subject,
    step,
    kind,
    outcome,
    at,
    key,
  ])
  return {
    reached: () =>
      eventually(async () => {
        const { rows } = await database.query(
          `select 1 from pg_locks where locktype = 'advisory' and not granted and classid = 0 and objid = $1`,
          [key],
        )
        if (rows.length === 0) throw new Error(`${subject} has not come to ${step} ${kind} ${outcome} (${at})`)
      }),
    async release() {
      await database.query('delete from matrix_holds where lock_key = $1', [key])
      await holder.query('select pg_advisory_unlock($1)', [key])
      holder.release()
    },
  }
}

/** Lets only the saga workers of this name take a saga; all of them when none is named. */
export async function letDrive(system: RunningSystem, name: string | undefined): Promise<void> {
  const database = system.database('order')
  await database.query('delete from matrix_drivers')
  if (name !== undefined) await database.query('insert into matrix_drivers values ($1)', [name])
}

/** Has a saga begun so long ago that its time before the pivot is over. */
export async function age(system: RunningSystem, sagaId: string): Promise<void> {
  await system.database('order').query('insert into matrix_aged values ($1) on conflict do nothing', [sagaId])
}

/** Tables of a service that cannot be written until they are released. */
export interface LockedTables {
  /** Resolves when so many wait to write them. */
  readonly waitedForBy: (count: number) => Promise<void>
  readonly release: () => Promise<void>
}

/** Stops every writer of a table of a service in the middle of its transaction. */
export async function lockTable(system: RunningSystem, service: string, table: string): Promise<LockedTables> {
  const database = system.database(service)
  const holder: pg.PoolClient = await database.connect()
  await holder.query(`begin; lock table ${table} in exclusive mode`)
  return {
    waitedForBy: (count) =>
      eventually(async () => {
        const { rows } = await database.query<{ waiting: number }>(
          'select count(*)::int as waiting from pg_locks where relation = $1::regclass and not granted',
          [table],
        )
        const waiting = rows[0]?.waiting ?? 0
        if (waiting < count) throw new Error(`${waiting} of ${count} calls work on ${table} of ${service}`)
      }, 4_000),
    async release() {
      await holder.query('rollback')
      holder.release()
    },
  }
}
