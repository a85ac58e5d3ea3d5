-- contracts 0001-create-flags: the release before loses no row; it only cannot create a flag again that was deleted meanwhile
-- A flag that is deleted leaves its history behind, and one that is created again under its key continues the versions.
alter table flag_changes drop constraint flag_changes_key_fkey;
alter table flag_changes alter column after drop not null;

-- The services that declared a flag once: processes of an earlier release may still evaluate it.
alter table flags add column formerly_declared_by text[] not null default '{}';

-- The audit trail of the schemas: rows are inserted and never changed.
create table application_changes (
  application text collate "C" not null references applications,
  version integer not null,
  action text not null,
  changed_by text not null,
  changed_at timestamptz not null,
  reason text not null,
  before jsonb,
  after jsonb not null,
  primary key (application, version)
);
