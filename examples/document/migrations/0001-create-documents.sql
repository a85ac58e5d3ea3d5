create table documents (
  id uuid primary key,
  owner_id uuid not null,
  title text not null,
  status text not null default 'submitted' check (status in ('submitted', 'published', 'rejected')),
  created_at timestamptz not null
);
create index documents_owner on documents (owner_id);
