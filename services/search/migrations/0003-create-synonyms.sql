create table synonyms (
  id uuid primary key,
  -- as they are searched: without case and accents
  words text[] not null,
  created_at timestamptz not null
);

create index on synonyms using gin (words);
