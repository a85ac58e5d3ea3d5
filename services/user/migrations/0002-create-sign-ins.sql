-- the authentication log; an attempt for an e-mail address without an account has no user
create table authentications (
  id uuid primary key,
  user_id uuid,
  outcome text not null,
  address text not null,
  at timestamptz not null
);

create index authentications_of_user on authentications (user_id, id desc);

-- by the hash of the e-mail address, with or without an account: a lock must not tell whether there is one
create table sign_in_failures (
  id uuid primary key,
  email_hash text not null,
  address_range text not null,
  -- a right password from the same range forgives them for the range, not for the account
  is_forgiven boolean not null default false,
  at timestamptz not null
);

create index sign_in_failures_recent on sign_in_failures (email_hash, at);
create index sign_in_failures_old on sign_in_failures (at);

create table sign_in_locks (
  email_hash text not null,
  -- '*': from anywhere
  address_range text not null,
  until timestamptz not null,
  primary key (email_hash, address_range)
);

create index sign_in_locks_over on sign_in_locks (until);

create table unlocks (
  id uuid primary key,
  user_id uuid not null references users (id),
  expires_at timestamptz not null,
  used_at timestamptz
);

create index unlocks_of_user on unlocks (user_id);
create index unlocks_over on unlocks (expires_at);

create table unlock_tokens (
  token_hash text primary key,
  unlock_id uuid not null references unlocks (id) on delete cascade
);

create index unlock_tokens_of_unlock on unlock_tokens (unlock_id);
