-- The programs that sign people in. Services are none of them: they come from the contracts and SERVICE_SECRETS.
create table oauth_client (
  id text primary key,
  name text not null,
  application_type text not null check (application_type in ('web', 'native')),
  -- SHA-256 of the secret, which has 256 bits of randomness of its own; a public client has none
  secret_fingerprint text,
  grant_types text[] not null,
  -- one that begins with a slash is at the issuer
  redirect_uris text[] not null,
  post_logout_redirect_uris text[] not null,
  -- signing in to it is all the consent there is
  is_first_party boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

insert into oauth_client
  (id, name, application_type, grant_types, redirect_uris, post_logout_redirect_uris, is_first_party, created_at, updated_at)
values
  ('stoa-shop', 'Stoa', 'web', '{authorization_code,refresh_token}', '{/signed-in}', '{/}', true, now(), now()),
  ('stoa-console', 'Stoa console', 'web', '{authorization_code,refresh_token}', '{/console/signed-in}', '{/console/}', true,
   now(), now()),
  ('stoa-cli', 'The stoa command line', 'native',
   '{urn:ietf:params:oauth:grant-type:device_code,refresh_token,urn:stoa:params:oauth:grant-type:api-key}', '{}', '{}', false,
   now(), now());
