-- The latest result of each window of each stream.
create table metrics (
  stream text not null,
  -- the canonical text of key_fields
  key text not null,
  window_start timestamptz not null,
  window_end timestamptz not null,
  key_fields jsonb not null,
  values jsonb not null,
  is_closed boolean not null,
  revision bigint not null,
  computed_at timestamptz not null,
  -- in the order of the commits: writers number under one lock, so a reader that has seen a number has seen all before it
  change bigint not null,
  primary key (stream, window_start, key)
);

create unique index metrics_change on metrics (change);
create index metrics_window_start on metrics (window_start);

create sequence metric_changes;
