-- at most one for an account; while confirmed_at is null no sign-in asks for a code
create table second_factors (
  id uuid primary key,
  user_id uuid not null unique references users (id),
  -- AES-256-GCM under a key derived from USER_SECRET, bound to the id
  secret bytea not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  -- the time step of the last accepted code: none at or before it is accepted again
  last_step bigint,
  -- since the last accepted code
  wrong_codes integer not null default 0
);

create index second_factors_pending on second_factors (created_at) where confirmed_at is null;

create table recovery_codes (
  factor_id uuid not null references second_factors (id) on delete cascade,
  code_hash text not null,
  used_at timestamptz,
  primary key (factor_id, code_hash)
);
