-- what an operator has accepted of a service that is not part of the system
create table accepted_services (
  service text primary key,
  acceptance jsonb not null,
  token_fingerprint text not null,
  -- still valid after a rotation, until the next one
  earlier_token_fingerprint text,
  secret_fingerprint text not null,
  accepted_at timestamptz not null default now()
);

create table route_documents (
  service text not null,
  digest text not null,
  document jsonb not null,
  -- why it goes beyond what was accepted; empty if it does not
  reasons jsonb not null default '[]',
  offered_at timestamptz not null default now(),
  primary key (service, digest)
);

-- what is served of a service: stays when its last instance leaves
create table served_routes (
  service text primary key,
  digest text not null,
  foreign key (service, digest) references route_documents (service, digest)
);

-- one row: raised in the transaction of every change of routes
create table routes_revision (
  is_only boolean primary key default true check (is_only),
  revision bigint not null
);

insert into routes_revision (revision) values ((extract(epoch from now()) * 1000)::bigint);

alter table instances add column routes_digest text;
