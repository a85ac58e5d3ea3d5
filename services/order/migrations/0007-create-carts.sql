create table carts (
  id uuid primary key,
  customer_id uuid not null,
  is_guest boolean not null,
  status text not null default 'open' check (status in ('open', 'ordered', 'merged', 'expired')),
  region char(2) not null,
  currency char(3) not null,
  items jsonb not null default '[]',
  -- the last quote, and when it was asked for
  prices jsonb,
  priced_at timestamptz,
  -- a cart becomes an order at most once, and an order comes of one cart at most
  order_id uuid unique references orders (id),
  merged_into uuid,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz not null,
  check ((status = 'ordered') = (order_id is not null)),
  check ((status = 'merged') = (merged_into is not null)),
  check ((prices is null) = (priced_at is null))
);

create unique index open_cart_of_customer on carts (customer_id) where status = 'open';
create index carts_of_customer on carts (customer_id, id desc);
create index open_carts_by_expiry on carts (expires_at) where status = 'open';
create index closed_carts_by_end on carts (updated_at) where status <> 'open';

-- when the price of a SKU last changed: prices of carts from before are outdated
create table price_changes (
  sku text primary key,
  at timestamptz not null
);

create index price_changes_by_time on price_changes (at);
