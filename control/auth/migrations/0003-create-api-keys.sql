create table api_key (
  id uuid primary key,
  user_id uuid not null,
  name text not null,
  prefix text not null,
  -- SHA-256 of the key, which has 256 bits of randomness of its own
  fingerprint text not null unique,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz
);
create index api_key_by_user on api_key (user_id, created_at desc, id desc);
create index api_key_by_expiry on api_key (expires_at);
