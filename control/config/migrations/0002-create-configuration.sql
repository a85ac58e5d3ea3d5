-- An application whose values are kept, with the schemas of its settings.
create table applications (
  name text collate "C" primary key,
  version integer not null,
  -- whether a service declares its settings
  is_service boolean not null,
  settings jsonb not null
);

-- The values of an application, one row for each environment in which they were ever set.
create table configurations (
  application text collate "C" not null references applications,
  environment text not null,
  version integer not null,
  values jsonb not null,
  changed_at timestamptz not null,
  primary key (application, environment)
);

-- The audit trail: rows are inserted and never changed.
create table configuration_changes (
  application text collate "C" not null references applications,
  environment text not null,
  version integer not null,
  action text not null,
  changed_by text not null,
  changed_at timestamptz not null,
  reason text not null,
  before jsonb not null,
  after jsonb not null,
  primary key (application, environment, version)
);
