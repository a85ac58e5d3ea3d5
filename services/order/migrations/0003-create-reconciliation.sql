-- the last reconciliation of each scope
create table reconciliations (
  scope text primary key check (scope in ('all', 'recent')),
  ended_at timestamptz not null,
  -- all of the report but its differences
  report jsonb not null
);

-- what does not agree, from the reconciliation that found it first until one that does not find it any more
create table reconciliation_differences (
  key text primary key,
  order_id uuid,
  difference jsonb not null,
  found_at timestamptz not null,
  seen_at timestamptz not null
);
