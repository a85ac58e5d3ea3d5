create table notifications (
  id uuid primary key,
  -- the event it tells of; one event makes one message to a person
  event_id text,
  user_id uuid not null,
  kind text not null,
  channel text not null,
  status text not null check (status in ('pending', 'sent', 'failed', 'suppressed')),
  order_id uuid,
  subject text not null,
  body text not null,
  created_at timestamptz not null,
  sent_at timestamptz,
  unique (event_id, user_id)
);

create index notifications_of_user on notifications (user_id, id desc);

-- versions are only added; the newest counts
create table templates (
  id text not null,
  version integer not null,
  kind text not null,
  locale text not null,
  subject text not null,
  body text not null,
  at timestamptz not null,
  primary key (id, version)
);

create table preferences (
  user_id uuid primary key,
  body jsonb not null,
  version integer not null
);
