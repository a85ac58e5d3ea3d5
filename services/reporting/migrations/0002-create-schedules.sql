-- When reports are made. What is asked for is in content; recipients apart, so that an erasure finds them.
create table schedules (
  id uuid primary key,
  content jsonb not null,
  recipients uuid[] not null,
  -- the account with whose permission reports are made; null if it is erased
  owner_id uuid,
  -- null while it is not active
  next_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index schedules_next_at on schedules (next_at) where next_at is not null;
create index schedules_owner_id on schedules (owner_id) where owner_id is not null;
create index schedules_recipients on schedules using gin (recipients);

-- Each due time once, and what became of it.
create table schedule_runs (
  schedule_id uuid not null references schedules on delete cascade,
  due_at timestamptz not null,
  state text not null check (state in ('started', 'missed', 'refused')),
  report_id uuid,
  reason text,
  primary key (schedule_id, due_at)
);

create index schedule_runs_due_at on schedule_runs (due_at);

alter table reports
  add column schedule_id uuid,
  add column due_at timestamptz,
  -- who gets a message when it is completed
  add column recipients uuid[];
create index reports_recipients on reports using gin (recipients) where recipients is not null;
