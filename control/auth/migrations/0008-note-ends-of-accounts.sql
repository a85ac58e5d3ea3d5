-- When everything of an account was ended last: what was under way then, and is written after it, is compared with this row.
-- Kept for a day, as nothing that began before it is under way for that long.
create table account_end (
  user_id uuid primary key,
  -- how often
  ends integer not null,
  -- the version of the account at user from which on a sign-in counts
  from_version integer not null,
  ended_at timestamptz not null
);
create index account_end_by_time on account_end (ended_at);
