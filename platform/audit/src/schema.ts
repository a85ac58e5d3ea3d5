import type { MigrationSet } from '@stoa/postgres'

const tables = `
create table audit_pending (
  id uuid primary key,
  entry text not null,
  actor text not null,
  address text,
  salt text
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
comment on table audit_pending is 'Entries that were committed with their action and do not have a place in the chain yet';

create table audit_tally (
  bucket bigint not null,
  key text not null,
  entry text not null,
  actor text not null,
  is_anonymous boolean not null,
  persons text[] not null,
  count integer not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  address text,
  primary key (bucket, key)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table audit_tally is 'Equal actions of one minute, which become one entry';

create table audit_chain (
  sequence bigint primary key,
  text text not null,
  hash text not null,
  at text collate "C" generated always as (text::jsonb ->> 'at') stored,
  actor text generated always as (text::jsonb ->> 'actor') stored,
  operation text generated always as (text::jsonb ->> 'operation') stored,
  target text generated always as (text::jsonb ->> 'target') stored
);
comment on table audit_chain is 'What was done, by whom: append-only; each hash covers the text of its row and the hash before it';
create index audit_chain_at on audit_chain (at);
create index audit_chain_actor on audit_chain (actor, sequence);
create index audit_chain_operation on audit_chain (operation, sequence);
create index audit_chain_target on audit_chain (target, sequence) where target is not null;
create index audit_chain_persons on audit_chain using gin ((text::jsonb -> 'persons') jsonb_ops);

create table audit_anchor (
  sequence bigint primary key,
  hash text not null,
  pruned_at timestamptz not null default now()
);
comment on table audit_anchor is 'The last row of the chain that retention has removed: the remaining rows follow it';

create table audit_address (
  entry uuid primary key,
  actor text not null,
  address text not null,
  salt text not null,
  noted_at timestamptz not null default now()
);
comment on table audit_address is 'Addresses of clients, beside the chain, so that they can be erased: the chain has their salted digests';
create index audit_address_actor on audit_address (actor);
create index audit_address_noted_at on audit_address (noted_at);

create function audit_chain_refuse() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('stoa.audit_prune', true) = 'on' then
    return old;
  end if;
  raise exception 'audit_chain is append-only' using errcode = '42501';
end
$$;
create trigger audit_chain_rows before update or delete on audit_chain for each row execute function audit_chain_refuse();
create trigger audit_chain_truncated before truncate on audit_chain for each statement execute function audit_chain_refuse();
`

/** The tables of the audit trail in the database of each service. */
export const auditMigrations: MigrationSet = {
  name: 'audit',
  migrations: [{ name: '0001-audit-trail', sql: tables }],
}
