create table tickets (
  id uuid primary key,
  number bigint not null generated always as identity (start with 100001) unique,
  customer_id uuid not null,
  order_id uuid,
  order_number text,
  subject text not null,
  topic text not null,
  priority text not null,
  status text not null,
  assignee_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resolved_at timestamptz,
  closed_at timestamptz,
  -- the clock of the service level: business milliseconds used until running_since, which is null while it is stopped
  used_ms bigint not null,
  running_since timestamptz,
  first_response_due_at timestamptz,
  first_response_met_at timestamptz,
  first_response_breached_at timestamptz,
  resolution_due_at timestamptz,
  resolution_met_at timestamptz,
  resolution_breached_at timestamptz,
  rating_score smallint check (rating_score between 1 and 5),
  rating_comment text,
  rated_at timestamptz,
  message_count integer not null default 0,
  version integer not null default 1
);

create index tickets_of_customer on tickets (customer_id, id);
create index tickets_by_status on tickets (status, id);
create index tickets_of_assignee on tickets (assignee_id, id) where assignee_id is not null;
create index tickets_of_order on tickets (order_id, id) where order_id is not null;
create index tickets_resolved on tickets (resolved_at) where status = 'resolved';
create index tickets_closed on tickets (closed_at) where status = 'closed';
create index tickets_first_response_due on tickets (first_response_due_at)
  where first_response_met_at is null and first_response_breached_at is null;
create index tickets_resolution_due on tickets (resolution_due_at)
  where resolution_met_at is null and resolution_breached_at is null;

create table ticket_messages (
  id uuid primary key,
  ticket_id uuid not null references tickets (id) on delete cascade,
  customer_id uuid not null,
  author text not null check (author in ('customer', 'staff')),
  -- null after the account of the author is erased
  author_id uuid,
  internal boolean not null check (not internal or author = 'staff'),
  text text not null,
  created_at timestamptz not null
);

create index messages_of_ticket on ticket_messages (ticket_id, id);
create index messages_of_customer on ticket_messages (customer_id, created_at) where author = 'customer';
create index messages_of_author on ticket_messages (author_id) where author = 'staff';
