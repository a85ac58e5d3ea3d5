create sequence order_numbers start 100001;

create table orders (
  id uuid primary key,
  number text not null unique default 'S-' || nextval('order_numbers'),
  customer_id uuid not null,
  status text not null,
  reason text,
  -- set under the row's lock by whoever cancels; read again by the pivot of the fulfilment
  cancel_reason text,
  quote_id uuid not null,
  payment_method_id uuid not null,
  payment_id uuid,
  items jsonb not null,
  shipping_address jsonb not null,
  shipping_method text not null,
  currency char(3) not null,
  subtotal bigint not null,
  discount bigint not null,
  tax bigint not null,
  shipping bigint not null,
  total bigint not null check (total >= 0),
  is_picked boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- ids are UUIDv7, so their order is the order of placing
create index orders_of_customer on orders (customer_id, id desc);
create index orders_by_status on orders (status, id desc);

create table order_status_history (
  order_id uuid not null references orders (id),
  position bigint generated always as identity,
  status text not null,
  actor text not null,
  reason text,
  at timestamptz not null,
  primary key (order_id, position)
);

-- read copy of inventory's variants
create table variants (
  sku text primary key,
  product_id uuid not null,
  name text not null,
  status text not null,
  version bigint not null
);

create index variants_of_product on variants (product_id);

create table erased_customers (
  customer_id uuid primary key,
  at timestamptz not null
);
