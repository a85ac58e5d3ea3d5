-- Which sessions were ended before their time, for as long as a token of theirs could still be valid.
create table ended_session (
  -- in the order of the commits: whoever writes one holds a lock until then
  position bigint generated always as identity primary key,
  session_ids text[] not null,
  ended_at timestamptz not null
);
create index ended_session_by_time on ended_session (ended_at);
