create table instances (
  id uuid primary key,
  -- one for each process of a service: a repeat finds its own instance
  key text not null unique,
  service text not null,
  host text not null,
  port integer not null,
  health_check_url text not null,
  weight integer not null,
  zone text,
  version text,
  metadata jsonb not null,
  status text not null default 'healthy' check (status in ('healthy', 'unhealthy')),
  failed_probes integer not null default 0,
  lease_until timestamptz not null,
  unique (service, host, port)
);

-- one row: raised in the transaction of every change that a list shows
create table registry_revision (
  is_only boolean primary key default true check (is_only),
  revision bigint not null
);

-- a store that was lost begins above all it ever gave
insert into registry_revision (revision) values ((extract(epoch from now()) * 1000)::bigint);

-- also of services without instances, so that watchers learn that the last one went
create table service_revisions (
  service text primary key,
  revision bigint not null
);

create table removals (
  id bigint primary key generated always as identity,
  at timestamptz not null
);

create index removals_by_time on removals (at);
