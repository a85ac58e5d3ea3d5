-- Events on their way into the lake: they are moved here with the position of the consumer group, and deleted once a flush has them.
create table staged_events (
  seq bigint generated always as identity primary key,
  -- the number of the flush that writes it; null until one takes it
  flush bigint,
  id uuid not null,
  type text not null,
  subject text not null,
  happened_at timestamptz not null,
  -- the fields that the lake keeps; none of them is about a person
  data text not null
);

create index staged_events_flush on staged_events (flush, seq);

-- The last flushes into the lake. A number is never used again, also after an older backup was restored: the Delta log has the
-- number of its last flush, and comparing them shows whether a flush has arrived.
create table flushes (
  number bigint primary key,
  -- the version of the table that has it; null while it is being written
  version bigint,
  rows integer not null
);

create unique index flushes_open on flushes ((true)) where version is null;

create table runs (
  id uuid primary key,
  pipeline text not null,
  state text not null check (state in ('queued', 'running', 'succeeded', 'failed')),
  trigger text not null,
  attempts integer not null default 0,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  steps jsonb not null default '[]',
  error text
);

create unique index runs_queued on runs (pipeline) where state = 'queued';
create index runs_pipeline on runs (pipeline, id);
