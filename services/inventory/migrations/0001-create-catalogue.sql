create table categories (
  path text collate "C" primary key,
  name text not null,
  parent text collate "C" references categories (path),
  attribute_schema jsonb
);

create table products (
  id uuid primary key,
  -- what staff wrote: name, description, status, category, tax class, tags, attributes, variants
  document jsonb not null,
  name text not null generated always as (document ->> 'name') stored,
  status text not null generated always as (document ->> 'status') stored
    check (status in ('draft', 'active', 'discontinued')),
  -- everything it is found by: its category and those above, its tags, its attributes
  facets text[] not null,
  -- list price of the cheapest variant, from pricing
  price bigint,
  currency char(3),
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((price is null) = (currency is null))
);

create index products_by_facet on products using gin (facets);
-- ids are UUIDv7, so their order is the order of making
create index products_newest on products (status, id desc);
create index products_by_name on products (status, (lower(name) collate "C"), id);
-- a product without a price is the last one, whichever way round
create index products_cheapest on products (status, (coalesce(price, 9007199254740991)), id);
create index products_dearest on products (status, (coalesce(price, -1)) desc, id desc);

create table variants (
  sku text collate "C" primary key,
  product_id uuid not null references products (id),
  name text not null,
  status text not null,
  tax_class text not null,
  weight_grams integer not null,
  version integer not null
);

create index variants_of_product on variants (product_id);

-- read copy of pricing's list prices; a row without an amount only waits for one
create table list_prices (
  sku text collate "C" primary key,
  amount bigint,
  currency char(3)
);
