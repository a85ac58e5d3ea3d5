-- One sign-in of an account to one client: the grant that its refresh tokens hang on.
create table session (
  id text primary key,
  user_id uuid not null,
  client_id text not null,
  methods text[] not null,
  -- the grant as oidc-provider reads it
  payload jsonb not null,
  -- the idempotency key of the call that opened it
  opened_under text unique,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_by_user on session (user_id, created_at desc, id desc);
create index session_by_expiry on session (expires_at);

-- What oidc-provider keeps besides: refresh tokens, codes, device codes, interactions, sign-ins of a browser.
create table oidc_record (
  model text not null,
  -- of tokens and codes the SHA-256, so that the table does not hold what opens anything
  id text not null,
  payload jsonb not null,
  grant_id text,
  account_id text,
  uid text,
  user_code text,
  consumed_at timestamptz,
  expires_at timestamptz,
  primary key (model, id)
);
create index oidc_record_by_grant on oidc_record (grant_id) where grant_id is not null;
create index oidc_record_by_account on oidc_record (account_id) where account_id is not null;
create unique index oidc_record_by_uid on oidc_record (model, uid) where uid is not null;
create unique index oidc_record_by_user_code on oidc_record (model, user_code) where user_code is not null;
create index oidc_record_by_expiry on oidc_record (expires_at);
