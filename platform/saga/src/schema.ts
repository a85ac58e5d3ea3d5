import type { MigrationSet } from '@stoa/postgres'

// Journals are only added to; heads and lanes are updated all the time, in place where their pages have room.
const createTables = `
create table saga_workers (
  id uuid primary key,
  name text not null,
  is_dead boolean not null default false,
  started_at timestamptz not null default clock_timestamp()
);

create table saga_lanes (
  worker uuid not null references saga_workers (id) on delete cascade,
  lane smallint not null,
  epoch bigint not null,
  beat_at timestamptz not null default clock_timestamp(),
  primary key (worker, lane)
) with (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

create table sagas (
  id text primary key,
  name text not null,
  key text not null,
  version integer not null,
  state text not null default 'running'
    check (state in ('running', 'waiting', 'compensating', 'stuck', 'completed', 'compensated')),
  reason text,
  input json,
  owner uuid,
  epoch bigint not null default 0,
  traceparent text,
  correlation_id text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create index sagas_live on sagas (owner) where state in ('running', 'waiting', 'compensating');
create index sagas_stuck on sagas (created_at, id) where state = 'stuck';
create index sagas_by_time on sagas (created_at, id);

create table saga_journal (
  saga_id text not null,
  seq integer not null,
  step text not null,
  kind text not null,
  outcome text not null,
  attempts integer not null,
  result json,
  error text,
  detail text,
  trace_id text,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  primary key (saga_id, seq)
) with (autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0);

create table saga_signals (
  saga_id text not null,
  name text not null,
  value json,
  sent_at timestamptz not null default clock_timestamp(),
  primary key (saga_id, name)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
`

// Each index holds only what its one statement looks for, so that ended sagas, however many, cost those statements
// nothing: what can be claimed, what rests on disk, what a worker owns, the rarer states, and what retention removes.
const addVersionsAndRetention = `
alter table sagas
  add column is_cancelled boolean not null default false,
  add column next_at timestamptz,
  add column retry json,
  add column is_reduced boolean not null default false;

alter table saga_workers add column application text not null default '';

create table saga_definitions (
  name text not null,
  version integer not null,
  steps text[] not null,
  pivot text,
  first_seen_at timestamptz not null default clock_timestamp(),
  primary key (name, version)
);

drop index sagas_live, sagas_stuck, sagas_by_time;
create index sagas_unclaimed on sagas (name, version, created_at)
  where owner is null and next_at is null and state in ('running', 'waiting', 'compensating');
create index sagas_resting on sagas (name, version, next_at)
  where owner is null and next_at is not null and state in ('running', 'waiting', 'compensating');
create index sagas_owned on sagas (owner)
  where owner is not null and state in ('running', 'waiting', 'compensating');
create index sagas_by_name on sagas (name, created_at);
create index sagas_by_state on sagas (state, created_at, id)
  where state in ('waiting', 'compensating', 'stuck', 'compensated');
create index sagas_to_reduce on sagas (ended_at) where ended_at is not null and not is_reduced;
`

// Under an old snapshot the rows of signals long read stay: a narrow look goes past them by their time. Completed sagas of one
// type are listed without going through the type's others.
const addTimesAndCompleted = `
create index saga_signals_by_time on saga_signals (sent_at);
create index sagas_completed on sagas (name, created_at, id) where state = 'completed';
`

/** The tables of the saga engine, in the service's own database: heads, journal, lanes and workers, signals. */
export const sagaMigrations: MigrationSet = {
  name: 'saga',
  migrations: [
    { name: '0001-create-sagas', sql: createTables },
    { name: '0002-add-versions-and-retention', sql: addVersionsAndRetention },
    { name: '0003-add-times-and-completed', sql: addTimesAndCompleted },
  ],
}
