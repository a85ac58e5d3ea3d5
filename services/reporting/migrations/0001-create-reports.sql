-- Reports: what was asked for, and what became of it. Their files are in report_chunks.
create table reports (
  id uuid primary key,
  -- title, query, chart, formats, language; and template with its period
  content jsonb not null,
  -- the account; null if it is erased
  requested_by uuid,
  state text not null check (state in ('queued', 'completed', 'failed')),
  attempts integer not null default 0,
  created_at timestamptz not null,
  -- when it was asked for, or repeated
  queued_at timestamptz not null,
  -- when an attempt began or ended last
  touched_at timestamptz not null,
  ended_at timestamptz,
  -- the result without its rows, and the files; null until it is completed
  outcome jsonb,
  -- the attempt that has made the files
  made_by uuid,
  error text
);

create index reports_created_at on reports (created_at);
create index reports_requested_by on reports (requested_by) where requested_by is not null;
create index reports_queued on reports (touched_at) where state = 'queued';

-- The files of reports in chunks, each written in a transaction of its own by one attempt.
create table report_chunks (
  report_id uuid not null references reports on delete cascade,
  attempt_id uuid not null,
  format text not null,
  number integer not null,
  written_at timestamptz not null,
  bytes bytea not null,
  primary key (report_id, attempt_id, format, number)
);
-- The files are compressed already.
alter table report_chunks alter column bytes set storage external;

create index report_chunks_written_at on report_chunks (written_at);
