-- A line of a log. The id is a digest of the record, so that one that is sent again is stored once.
create table log_records (
  at timestamptz not null,
  id bigint not null,
  trace_id uuid,
  span_id text,
  -- from 1 to 24, as OpenTelemetry numbers severities
  severity smallint not null,
  service text not null,
  instance text not null,
  message text not null,
  -- a JSON object; text, because it is searched as text and parsed only when it is shown
  attributes text not null,
  size_bytes integer not null,
  -- finds what exceeds the limit of the storage without reading the records
  primary key (at, id) include (size_bytes)
);
create index log_records_by_trace on log_records (trace_id, at) where trace_id is not null;
-- warnings and errors are few, and looked for the most
create index log_records_of_problems on log_records (at, id) where severity >= 13;
do $$ begin
  alter table log_records alter column message set compression lz4, alter column attributes set compression lz4;
exception when feature_not_supported then null;
end $$;
