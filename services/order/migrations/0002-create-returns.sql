create table returns (
  id uuid primary key,
  order_id uuid not null references orders (id),
  customer_id uuid not null,
  status text not null check (status in ('requested', 'approved', 'refused', 'received', 'refunded')),
  reason text not null,
  note text,
  items jsonb not null,
  received jsonb check ((received is not null) = (status in ('received', 'refunded'))),
  -- how often it was received: one that could not be paid back in time is received again, under a saga of its own
  receipts integer not null default 0,
  -- minor units of the order's currency
  refund_due bigint check (refund_due >= 0),
  refunded bigint check (refunded between 0 and refund_due),
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((refund_due is not null) = (received is not null)),
  check ((refunded is not null) = (status = 'refunded'))
);

create index returns_of_order on returns (order_id, id);
-- ids are UUIDv7, so their order is the order of asking
create index returns_of_customer on returns (customer_id, id desc);
create index returns_by_status on returns (status, id desc);
