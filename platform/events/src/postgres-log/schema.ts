import type { MigrationSet } from '@stoa/postgres'
import { access } from './schema/access.ts'
import { appending } from './schema/appending.ts'
import { auditHeads } from './schema/audit-heads.ts'
import { elsewhere } from './schema/elsewhere.ts'
import { keeping } from './schema/keeping.ts'
import { timePartitions } from './schema/time-partitions.ts'
import { writing } from './schema/writing.ts'

const eventLog = `
create table event_topics (
  id smallint generated always as identity primary key,
  name text not null unique,
  retention_ms bigint check (retention_ms > 0)
);
comment on column event_topics.retention_ms is 'Null keeps events for ever';

create table event_partitions (
  topic smallint not null references event_topics (id),
  part smallint not null,
  next_position bigint not null default 0,
  primary key (topic, part)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table event_partitions is 'Head rows: their lock makes positions gapless and visible in their order';

create table event_types (
  type text not null,
  version text not null,
  topic smallint not null references event_topics (id),
  schema json not null,
  declared_at timestamptz not null default now(),
  primary key (type, version)
);

create table event_producers (
  name text primary key,
  last_batch bigint not null,
  first_event_id uuid not null
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table event_producers is 'The last numbered batch of each outbox, kept in the transaction that appended it';

create table event_log (
  topic smallint not null,
  part smallint not null,
  position bigint not null,
  event_id uuid not null,
  type text not null,
  appended_at timestamptz not null default now(),
  event json not null,
  primary key (topic, part, position)
) with (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
create index event_log_appended_at on event_log using brin (appended_at);

create table consumer_groups (
  name text primary key,
  topics smallint[] not null,
  types text[] not null
);

create table consumer_members (
  consumer_group text not null,
  member uuid not null,
  expires_at timestamptz not null,
  primary key (consumer_group, member)
) with (fillfactor = 50);

create table consumer_offsets (
  consumer_group text not null,
  topic smallint not null references event_topics (id),
  part smallint not null,
  position bigint not null default 0,
  member uuid,
  epoch bigint not null default 0,
  primary key (consumer_group, topic, part)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on column consumer_offsets.epoch is 'Grows with every change of owner: a commit under an older one is refused';
`

const releases = `
create table consumer_releases (
  consumer_group text not null,
  release text not null,
  types text[] not null,
  since timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (consumer_group, release)
) with (fillfactor = 50);
comment on table consumer_releases is 'The sets of types that members of a group have asked for, and until when one of them lives';

comment on column consumer_groups.types is 'All that its releases want: no member passes an event of these types that it does not know';
alter table consumer_members add column types text[] not null default '{}';
alter table consumer_offsets add column blocked_by text;
comment on column consumer_offsets.blocked_by is 'The type at the position, for which the last owner gave the partition back';
`

// A service has a group of its name, and one of NAME.BATCH for each of its batches.
const groupsOfBatches = `
alter policy own_written on consumer_groups
  using (split_part(name, '.', 1) = (select service from event_log_roles where role = current_user));
alter policy own_written on consumer_members
  using (split_part(consumer_group, '.', 1) = (select service from event_log_roles where role = current_user));
alter policy own_written on consumer_releases
  using (split_part(consumer_group, '.', 1) = (select service from event_log_roles where role = current_user));
alter policy own_written on consumer_offsets
  using (split_part(consumer_group, '.', 1) = (select service from event_log_roles where role = current_user));
`

/** Tables of the event log, which is a database of its own. */
export const logMigrations: MigrationSet = {
  name: 'event-log',
  migrations: [
    { name: '0001-event-log', sql: eventLog },
    { name: '0002-releases', sql: releases },
    { name: '0003-time-partitions', sql: [timePartitions, keeping, writing, access].join('\n') },
    { name: '0004-appending', sql: appending },
    { name: '0005-groups-of-batches', sql: groupsOfBatches },
    { name: '0006-audit-heads', sql: auditHeads },
    { name: '0007-elsewhere', sql: elsewhere },
  ],
}
