-- The streams of this release and of earlier ones.
create table streams (
  name text primary key,
  -- no event before it is expected; null until every partition has been read or is empty
  watermark timestamptz,
  late_events bigint not null default 0
);

-- The time of the latest event that was read from each partition.
create table stream_partitions (
  stream text not null,
  topic text not null,
  partition smallint not null,
  event_time timestamptz not null,
  primary key (stream, topic, partition)
) with (fillfactor = 50);

-- What a stream has measured in a window; removed when no event can change it any more.
create table windows (
  stream text not null,
  starts_at timestamptz not null,
  -- the canonical text of key_fields
  key text not null,
  key_fields jsonb not null,
  ends_at timestamptz not null,
  state jsonb not null,
  -- grows with each result, also over a reset
  revision bigint not null default 0,
  -- whether it has changed since its last result
  is_dirty boolean not null,
  is_closed boolean not null default false,
  primary key (stream, starts_at, key)
) with (fillfactor = 50);

create index windows_dirty on windows (stream, starts_at) where is_dirty;
create index windows_open on windows (stream, ends_at) where not is_closed;

-- Events that were too late for their window.
create table late_events (
  stream text not null,
  event_id uuid not null,
  type text not null,
  subject text not null,
  event_time timestamptz not null,
  window_start timestamptz not null,
  noted_at timestamptz not null default now(),
  primary key (stream, event_id)
);

create index on late_events (noted_at);
