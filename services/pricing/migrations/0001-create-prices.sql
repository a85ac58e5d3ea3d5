-- read copy of inventory's variants: what can be sold, and how it is taxed
create table sellable (
  sku text primary key,
  product_id uuid not null,
  tax_class text not null,
  status text not null,
  version bigint not null
);

create index sellable_of_product on sellable (product_id);

create table price_lists (
  id uuid primary key,
  name text not null unique,
  currency char(3) not null,
  customer_group text,
  tax_inclusive boolean not null,
  valid_from timestamptz,
  valid_until timestamptz,
  version integer not null default 1
);

create table prices (
  price_list_id uuid not null references price_lists (id) on delete cascade,
  sku text not null,
  breaks jsonb not null,
  version integer not null default 1,
  primary key (price_list_id, sku)
);

create index prices_of_sku on prices (sku);

create table promotions (
  id uuid primary key,
  name text not null,
  effect jsonb not null,
  skus text[],
  min_subtotal jsonb,
  coupon_code text unique,
  max_uses integer,
  max_uses_per_customer integer,
  is_stackable boolean not null,
  priority integer not null,
  is_active boolean not null,
  valid_from timestamptz,
  valid_until timestamptz,
  uses integer not null default 0 check (uses >= 0 and (max_uses is null or uses <= max_uses)),
  version integer not null default 1
);

create index promotions_without_code on promotions (priority) where is_active and coupon_code is null;

create table tax_rates (
  region char(2) not null,
  tax_class text not null,
  rate_basis_points integer not null,
  version integer not null default 1,
  primary key (region, tax_class)
);

create table shipping_charges (
  region char(2) not null,
  method text not null,
  charge jsonb not null,
  free_from jsonb,
  version integer not null default 1,
  primary key (region, method)
);
