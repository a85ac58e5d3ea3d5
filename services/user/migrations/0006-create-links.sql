-- what a link in an e-mail lets its reader do, once; one for an address without an account has no user and no token
create table links (
  id uuid primary key,
  purpose text not null check (purpose in ('unlock', 'verify_email', 'reset_password')),
  user_id uuid references users (id),
  -- the address it is sent to, so that one that was changed meanwhile is not taken for verified
  email_hash text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create index links_of_user on links (user_id);
create index links_recent on links (email_hash, purpose, created_at);
create index links_over on links (expires_at);

create table link_tokens (
  token_hash text primary key,
  link_id uuid not null references links (id) on delete cascade
);

create index link_tokens_of_link on link_tokens (link_id);

-- whoever holds an unlock link of before waits until the lock has ended, a day at most, or resets the password
drop table unlock_tokens;
drop table unlocks;
