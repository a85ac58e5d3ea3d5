-- Reports with what they show; they are printed from here.
create table reports (
  id uuid primary key,
  request jsonb not null,
  state text not null check (state in ('queued', 'completed', 'failed')),
  attempts integer not null default 0,
  created_at timestamptz not null,
  ended_at timestamptz,
  -- the result of its query; null until it is completed
  result jsonb,
  error text
);

create index reports_created_at on reports (created_at);
