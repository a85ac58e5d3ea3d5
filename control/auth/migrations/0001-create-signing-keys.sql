-- A schema of its own: whoever empties the database by dropping `public` keeps the keys, and with them every token that
-- is still valid. So what stands here may already exist.
create schema if not exists signing;

create table if not exists signing.key (
  key_id text primary key,
  algorithm text not null,
  -- AES-256-GCM under a key derived from AUTH_SECRET, bound to key_id
  encrypted_jwk bytea not null,
  public_jwk jsonb not null,
  created_at timestamptz not null,
  -- published from its making, signs from this moment until a younger one does
  signs_from timestamptz not null,
  -- verifies until this moment
  retires_at timestamptz
);
