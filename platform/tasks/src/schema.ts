import type { MigrationSet } from '@stoa/postgres'

/** The tables of the task queue, in the database of the service whose work it is. */
export const tasksMigrations: MigrationSet = {
  name: 'platform-tasks',
  migrations: [
    {
      name: '0001-tasks',
      sql: `
        create table tasks (
          id bigint primary key generated always as identity,
          name text not null,
          key text,
          payload jsonb not null,
          -- a claimed task is pending with run_at in the future: the end of its lease
          state text not null default 'pending' check (state in ('pending', 'failed')),
          attempt integer not null default 0,
          run_at timestamptz not null,
          error jsonb,
          traceparent text,
          created_at timestamptz not null default now()
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        create index tasks_due on tasks (run_at) where state = 'pending';
        create index tasks_failed on tasks (id) where state = 'failed';
        create unique index tasks_by_key on tasks (name, key) where state = 'pending' and key is not null;

        create table task_schedules (
          name text primary key,
          next_at timestamptz not null
        );`,
    },
  ],
}
