create table ticket_attachments (
  -- the id of its blob
  id uuid primary key,
  -- without cascade: a ticket is deleted after its attachments, whose blobs are dropped
  ticket_id uuid not null references tickets (id),
  customer_id uuid not null,
  author text not null check (author in ('customer', 'staff')),
  -- null after the account of the author is erased
  author_id uuid,
  file_name text not null,
  media_type text not null,
  size_bytes bigint not null,
  sha256 text not null,
  created_at timestamptz not null
);

-- ids are UUIDv7, so their order is the order of uploading
create index attachments_of_ticket on ticket_attachments (ticket_id, id);
create index attachments_of_customer on ticket_attachments (customer_id, created_at);
create index attachments_of_author on ticket_attachments (author_id) where author = 'staff';
