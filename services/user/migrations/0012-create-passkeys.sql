create table passkeys (
  id uuid primary key,
  user_id uuid not null references users (id),
  -- as the authenticator chose it, base64url: the same one belongs to no second account
  credential_id text not null unique,
  public_key bytea not null,
  -- 0 for ever where the passkey is synced between devices
  sign_count bigint not null,
  transports text[] not null,
  is_synced boolean not null,
  name text not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);

create index passkeys_of_user on passkeys (user_id, id);

-- what a passkey has to sign; deleted when it is used
create table passkey_challenges (
  -- the hash of what it is bound to, a session of an account or a sign-in at auth: one is open for each at a time
  binding text primary key,
  -- null for a sign-in, which does not know its account yet
  user_id uuid references users (id),
  -- the version of the account whose password was checked
  account_version integer,
  challenge text not null,
  expires_at timestamptz not null
);

create index passkey_challenges_of_user on passkey_challenges (user_id) where user_id is not null;
create index passkey_challenges_over on passkey_challenges (expires_at);
