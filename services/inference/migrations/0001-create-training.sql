-- Read copy of the products. A deleted one stays, so that no late event or page of the snapshot brings it back.
create table products (
  product_id uuid primary key,
  version bigint not null,
  name text not null,
  category text not null,
  status text not null,
  is_deleted boolean not null default false
);

-- While a SKU moves from one product to another, both have it.
create table product_skus (
  product_id uuid not null references products on delete cascade,
  sku text not null,
  primary key (product_id, sku)
);

create index on product_skus (sku);

-- How much a SKU is bought. Weights grow with the time of the order and are only compared with each other, so that none is ever
-- changed to let it decay.
create table item_weights (
  sku text primary key,
  weight double precision not null,
  orders bigint not null
);

create index on item_weights (weight desc);

-- How much two SKUs are bought together, in both directions; no ids of people or orders.
create table pair_weights (
  sku text not null,
  other_sku text not null,
  weight double precision not null,
  orders bigint not null,
  primary key (sku, other_sku)
);

-- What a customer has bought, for their own recommendations.
create table purchases (
  customer_id uuid not null,
  sku text not null,
  orders integer not null,
  bought_at timestamptz not null,
  primary key (customer_id, sku)
);

create index on purchases (bought_at);

-- One row.
create table training_state (
  id boolean primary key default true check (id),
  baskets bigint not null default 0,
  trained_at timestamptz,
  -- baskets of which one item was predicted from the others before they were counted
  tested bigint not null default 0,
  hits bigint not null default 0,
  hits_of_popularity bigint not null default 0,
  products_copied_at timestamptz
);

insert into training_state default values;
