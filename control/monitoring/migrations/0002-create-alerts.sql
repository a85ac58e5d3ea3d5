-- One row for each round of scrapes: what changed since the round before. The series of a replica are these rows, read in their order.
create table metric_rounds (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  -- lists every series, so that a reader can begin here
  is_complete boolean not null,
  size_bytes integer not null,
  body text not null
);
create index metric_rounds_by_time on metric_rounds (at) include (is_complete, size_bytes);
do $$ begin
  alter table metric_rounds alter column body set compression lz4;
exception when feature_not_supported then null;
end $$;

-- Which replica scrapes and evaluates. Every write of it locks this row and checks the holder.
create table scrape_lease (
  id smallint primary key default 1 check (id = 1),
  holder text not null,
  held_until timestamptz not null
);

create table alerts (
  id uuid primary key,
  -- of its labels: at most one alert of them is active
  fingerprint text not null,
  name text not null,
  severity text not null,
  service text,
  labels jsonb not null,
  summary text not null,
  runbook text,
  state text not null check (state in ('pending', 'firing', 'resolved')),
  value double precision not null,
  active_at timestamptz not null,
  fired_at timestamptz,
  resolved_at timestamptz,
  -- when its event was published; a silenced alert has none until the silence ends
  announced_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledgement text
);
create unique index alerts_active on alerts (fingerprint) where state <> 'resolved';
create index alerts_by_time on alerts (active_at desc, id desc);
create index alerts_by_resolution on alerts (resolved_at) where state = 'resolved';

create table alert_silences (
  id uuid primary key,
  matchers jsonb not null,
  comment text not null,
  created_by text not null,
  created_at timestamptz not null,
  ends_at timestamptz not null
);
create index alert_silences_by_end on alert_silences (ends_at);

-- How many scrapes of the instances of a service there were on a day (UTC), and how many of them succeeded.
create table uptime_days (
  service text not null,
  day date not null,
  scrapes integer not null,
  succeeded integer not null,
  primary key (service, day)
);
