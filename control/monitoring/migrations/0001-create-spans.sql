-- One row for the spans of one trace in one batch: a checkout makes hundreds of spans, which are read together or not at all.
create table spans (
  id bigint generated always as identity primary key,
  trace_id uuid not null,
  received_at timestamptz not null,
  size_bytes integer not null,
  -- a JSON array; text, because it is searched as text and parsed only when the trace is shown
  spans text not null
);
create index spans_by_trace on spans (trace_id);
-- finds what exceeds the limit of the storage without reading the spans
create index spans_by_age on spans (received_at) include (size_bytes);
-- lz4 takes a fraction of the time of the default, where the server has it
do $$ begin
  alter table spans alter column spans set compression lz4;
exception when feature_not_supported then null;
end $$;

-- A trace, described by its earliest span.
create table traces (
  trace_id uuid primary key,
  started_at timestamptz not null,
  service text not null,
  name text not null,
  duration_ms double precision not null,
  is_stream boolean not null,
  errors integer not null
);
create index traces_by_start on traces (started_at desc, trace_id desc);
create index traces_by_duration on traces (duration_ms desc, trace_id desc);

-- The spans where work enters or leaves a process: what a search filters by, and who called whom.
create table hops (
  trace_id uuid not null,
  span_id text not null,
  parent_span_id text,
  service text not null,
  name text not null,
  -- whether the process was called here, or calls from here
  is_entry boolean not null,
  started_at timestamptz not null,
  duration_ms double precision not null,
  is_failed boolean not null,
  primary key (trace_id, span_id)
);
create index hops_by_start on hops (started_at);
