create table macros (
  id uuid primary key,
  name text not null,
  locale text not null,
  text text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
