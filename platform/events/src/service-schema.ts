import type { MigrationSet } from '@stoa/postgres'

const outboxAndInbox = `
create table outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null,
  type text not null,
  partition_key text not null,
  event json not null
) with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 50000
);
comment on table outbox is 'Events not yet in the log, written last in the transaction of the change they tell of';

create table outbox_relay (
  is_only boolean primary key default true check (is_only),
  batch bigint not null default 0,
  outbox_ids bigint[] not null default '{}'
) with (fillfactor = 50);
comment on table outbox_relay is 'The number of the last batch, and the rows in it that may not have reached the log';
insert into outbox_relay default values;

create table inbox (
  event_id uuid not null,
  consumer_group text not null,
  handled_at timestamptz not null default now(),
  primary key (event_id, consumer_group)
);
create index inbox_handled_at on inbox using brin (handled_at);
comment on table inbox is 'Events whose effect is in this database';

create table parked_keys (
  consumer_group text not null,
  topic text not null,
  partition_key text not null,
  state text not null check (state in ('retrying', 'dead')),
  retry_at timestamptz not null,
  claimed_until timestamptz,
  parked_at timestamptz not null default now(),
  primary key (consumer_group, topic, partition_key)
);
create index parked_keys_retry_at on parked_keys (consumer_group, retry_at) where state = 'retrying';
comment on table parked_keys is 'Keys behind an event that failed: later events of the same key wait in dead_letters';

create table dead_letters (
  id bigint generated always as identity primary key,
  consumer_group text not null,
  topic text not null,
  partition_key text not null,
  position bigint not null,
  event_id uuid not null,
  type text not null,
  event json not null,
  state text not null check (state in ('failing', 'waiting', 'dead', 'discarded')),
  attempts integer not null default 0,
  error json,
  received_at timestamptz not null default now(),
  failed_at timestamptz,
  discarded_at timestamptz,
  discard_reason text,
  unique (consumer_group, event_id)
);
create index dead_letters_in_order on dead_letters (consumer_group, topic, partition_key, position) where state <> 'discarded';
comment on table dead_letters is 'Events that failed, those that wait behind them, and those discarded with a reason';
`

const relayBeat = `
alter table outbox_relay add column beat_at timestamptz;
comment on column outbox_relay.beat_at is 'The last sign of life of the relay that holds the lock';
`

const batches = `
create table batch_groups (
  consumer_group text primary key,
  starts_at timestamptz
);
comment on table batch_groups is 'From which time on a group consumes events, null from the oldest; partitions without a position begin there';

create table batch_positions (
  consumer_group text not null,
  topic text not null,
  partition smallint not null,
  position bigint not null,
  primary key (consumer_group, topic, partition)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table batch_positions is 'The next event of each partition; moves in the transaction of the effects of the batch before it';
`

/** Tables of a service's own database: outbox, inbox, parked keys and dead letters. */
export const eventsMigrations: MigrationSet = {
  name: 'events',
  migrations: [
    { name: '0001-outbox-and-inbox', sql: outboxAndInbox },
    { name: '0002-relay-beat', sql: relayBeat },
    { name: '0003-batches', sql: batches },
  ],
}
