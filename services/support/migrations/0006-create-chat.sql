create table chat_conversations (
  id uuid primary key,
  customer_id uuid not null,
  status text not null check (status in ('open', 'closed')),
  assignee_id uuid,
  ticket_id uuid references tickets (id) on delete set null,
  last_sequence integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  closed_at timestamptz,
  version integer not null default 1
);

create unique index chat_open_of_customer on chat_conversations (customer_id) where status = 'open';
create index chat_of_customer on chat_conversations (customer_id, id);
create index chat_by_status on chat_conversations (status, id);
create index chat_of_assignee on chat_conversations (assignee_id, id) where assignee_id is not null;
create index chat_of_ticket on chat_conversations (ticket_id) where ticket_id is not null;
create index chat_silent on chat_conversations (updated_at) where status = 'open';
create index chat_closed on chat_conversations (closed_at) where status = 'closed';

create table chat_messages (
  conversation_id uuid not null references chat_conversations (id) on delete cascade,
  sequence integer not null,
  customer_id uuid not null,
  author text not null check (author in ('customer', 'staff')),
  -- null after the account of the author is erased
  author_id uuid,
  client_message_id text not null,
  text text not null,
  created_at timestamptz not null,
  primary key (conversation_id, sequence),
  unique (conversation_id, author_id, client_message_id)
);

create index chat_messages_of_author on chat_messages (author_id) where author = 'staff';

-- One row for each open socket; a process that dies leaves rows, which count until seen_until.
create unlogged table chat_presence (
  socket_id uuid primary key,
  conversation_id uuid not null,
  author text not null,
  seen_until timestamptz not null
);

create index chat_presence_of_conversation on chat_presence (conversation_id);
create index chat_presence_seen on chat_presence (seen_until);
