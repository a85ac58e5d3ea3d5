-- One row. Every change raises the revision while it holds the row, so revisions become visible in their order, and a copy of the
-- flags is current if it was read at the current revision or later.
create table config_revision (
  is_only boolean primary key default true check (is_only),
  revision bigint not null
);

insert into config_revision (revision) values (0);

create table flags (
  key text collate "C" primary key,
  type text not null check (type in ('boolean', 'string', 'number', 'object')),
  description text not null,
  variants jsonb not null,
  default_variant text not null,
  is_client_side boolean not null,
  -- the services whose contract declares it
  declared_by text[] not null,
  created_at timestamptz not null
);

-- The rules of a flag, one row for each environment.
create table flag_settings (
  key text collate "C" not null references flags on delete cascade,
  environment text not null,
  version integer not null,
  setting jsonb not null,
  changed_at timestamptz not null,
  primary key (key, environment)
);

-- The audit trail: rows are inserted and never changed.
create table flag_changes (
  key text collate "C" not null references flags on delete cascade,
  environment text not null,
  version integer not null,
  action text not null,
  -- the id of an account, or service:NAME
  changed_by text not null,
  changed_at timestamptz not null,
  reason text not null,
  before jsonb,
  after jsonb not null,
  primary key (key, environment, version)
);

-- How often a flag returned a variant on a day.
create table flag_evaluations (
  key text collate "C" not null references flags on delete cascade,
  day date not null,
  variant text not null,
  count bigint not null,
  last_at timestamptz not null,
  primary key (key, day, variant)
);

create index on flag_evaluations (day);
