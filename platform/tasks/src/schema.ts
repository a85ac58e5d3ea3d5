import type { MigrationSet } from '@stoa/postgres'

/** The tables of the task queue, in the database of the service that runs the tasks. */
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
    {
      name: '0002-enqueued-again',
      sql: `
        -- What was enqueued under the key of a task that was being worked on: it runs when that one has ended.
        alter table tasks
          add column next_payload jsonb,
          add column next_run_at timestamptz,
          add column next_traceparent text;`,
    },
    {
      name: '0003-one-failure-per-key',
      sql: `
        delete from tasks t using tasks newer
        where t.state = 'failed' and newer.state = 'failed' and newer.name = t.name and newer.key = t.key and newer.id > t.id;
        create index tasks_failed_by_key on tasks (name, key) where state = 'failed' and key is not null;`,
    },
  ],
}
