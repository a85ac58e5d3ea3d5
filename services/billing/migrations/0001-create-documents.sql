-- The last number of each series. A number is taken in the transaction of its document, under the lock of this row:
-- what is rolled back leaves no gap, and the dates of a series follow its numbers.
create table number_series (
  legal_entity text not null,
  kind text not null check (kind in ('invoice', 'credit_note')),
  year integer not null,
  last_position integer not null check (last_position > 0),
  last_issued_at timestamptz not null,
  primary key (legal_entity, kind, year)
);

create table documents (
  id uuid primary key,
  kind text not null check (kind in ('invoice', 'credit_note')),
  number text not null unique,
  legal_entity text not null,
  year integer not null,
  position integer not null,
  issued_at timestamptz not null,
  language text not null,
  customer_id uuid not null,
  order_id uuid not null,
  order_number text not null,
  refund_id uuid unique,
  invoice_id uuid references documents (id),
  seller jsonb not null,
  buyer jsonb not null,
  lines jsonb not null,
  taxes jsonb not null,
  currency char(3) not null,
  net bigint not null check (net >= 0),
  tax bigint not null check (tax >= 0),
  total bigint not null check (total = net + tax),
  unique (legal_entity, kind, year, position),
  check ((kind = 'credit_note') = (refund_id is not null and invoice_id is not null))
);

create unique index invoice_of_order on documents (order_id) where kind = 'invoice';
create index documents_of_order on documents (order_id, id desc);
create index credit_notes_of_invoice on documents (invoice_id) where kind = 'credit_note';
-- ids are UUIDv7, so their order is the order of issuing
create index documents_of_customer on documents (customer_id, id desc);

create function keep_document() returns trigger language plpgsql as $$
begin
  raise exception 'document % is issued: it can be credited, but neither changed nor deleted', old.number;
end
$$;

create trigger keep_documents before update or delete on documents
  for each row execute function keep_document();

-- refunds that arrived before the invoice of their order; an order that was never confirmed has no invoice
create table waiting_refunds (
  refund_id uuid primary key,
  order_id uuid not null,
  currency char(3) not null,
  amount bigint not null check (amount > 0)
);

create index waiting_refunds_of_order on waiting_refunds (order_id);
