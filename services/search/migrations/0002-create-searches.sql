-- What was searched for, without the person who did. Kept for SEARCH_RETENTION_DAYS.
create table searches (
  id uuid primary key,
  -- the words as they were searched: without case, accents and punctuation
  query text not null,
  results integer not null,
  at timestamptz not null
);

create index on searches (at);

-- A product chosen from the results of a search.
create table clicks (
  search_id uuid not null references searches on delete cascade,
  product_id uuid not null,
  at timestamptz not null,
  primary key (search_id, product_id)
);
