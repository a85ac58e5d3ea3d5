create table shipments (
  id uuid primary key,
  -- the key of the call that made it, for ever
  action_key text not null unique,
  order_id uuid unique,
  customer_id uuid not null,
  status text not null,
  carrier text not null,
  method text not null,
  tracking_number text unique,
  address jsonb not null,
  parcels jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index shipments_of_customer on shipments (customer_id, id desc);
create index shipments_by_status on shipments (status, id desc);

create table tracking_events (
  shipment_id uuid not null references shipments (id),
  position bigint generated always as identity,
  event text not null,
  place text,
  at timestamptz not null,
  primary key (shipment_id, position)
);

-- what was withdrawn before it was made: a call with this key that comes late is refused
create table withdrawn_shipments (
  action_key text primary key,
  at timestamptz not null
);

-- the messages of carriers that were taken, each once
create table carrier_messages (
  id text primary key,
  at timestamptz not null
);

create table erased_customers (
  customer_id uuid primary key,
  at timestamptz not null
);
