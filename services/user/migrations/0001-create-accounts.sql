-- trusted since PostgreSQL 13: the owner of the database may install it
create extension if not exists pg_trgm;

create table users (
  id uuid primary key,
  kind text not null check (kind in ('registered', 'guest')),
  email text not null,
  name text not null,
  locale text not null,
  password_hash text check ((password_hash is null) = (kind = 'guest' or deleted_at is not null)),
  tier text not null default 'free' check (tier in ('free', 'premium', 'enterprise')),
  roles text[] not null,
  email_verified boolean not null default false,
  locked_until timestamptz,
  loyalty_points bigint not null default 0 check (loyalty_points >= 0),
  -- the version whose change asks that the sessions end; cleared by whoever has ended them for that version
  sessions_end_at_version integer,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

-- a person may have been a guest many times, and have one account
create unique index users_email on users (lower(email)) where kind = 'registered' and deleted_at is null;
-- ids are UUIDv7, so their order is the order of creation
create index users_present on users (id desc) where deleted_at is null;
create index users_text on users using gin ((name || ' ' || email) gin_trgm_ops) where deleted_at is null;
create index users_locked on users (locked_until) where locked_until is not null;

create table addresses (
  id uuid primary key,
  user_id uuid not null references users (id),
  label text,
  name text not null,
  line1 text not null,
  line2 text,
  city text not null,
  postal_code text not null,
  country char(2) not null,
  is_default boolean not null default false,
  version integer not null default 1
);

create index addresses_of_user on addresses (user_id, id);
create unique index addresses_default on addresses (user_id) where is_default;
