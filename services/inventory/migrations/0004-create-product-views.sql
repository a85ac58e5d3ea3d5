create extension if not exists pg_trgm;

-- The read model of products: one row each, made from products, variants and list_prices by src/use-cases/project-products.ts.
-- Nothing is known from it alone: it can be thrown away and made anew, beside the one that answers (a table of this name with
-- _next, which then takes its place).
create table product_views (
  product_id uuid primary key,
  -- the product as it is answered: JSON, sent as it stands
  answer text not null,
  etag text not null,
  status text not null,
  -- everything it is found by: its category and those above, its tags, its attributes
  facets text[] not null,
  name_key text collate "C" not null,
  -- list price of the cheapest variant; without one it is the last of a list, whichever way round
  price bigint,
  words tsvector not null,
  searched text not null
);

create index on product_views using gin (facets);
-- ids are UUIDv7, so their order is the order of making
create index on product_views (status, product_id desc);
create index on product_views (status, name_key, product_id);
create index on product_views (status, (coalesce(price, 9007199254740991)), product_id);
create index on product_views (status, (coalesce(price, -1)) desc, product_id desc);
create index on product_views using gin (words);
create index on product_views using gin (searched gin_trgm_ops);

-- What a read model was made by last; another shape in the code makes it anew at the start.
create table read_models (
  name text primary key,
  shape integer not null,
  built_at timestamptz not null
);

drop index products_by_facet, products_newest, products_by_name, products_cheapest, products_dearest;

alter table products
  drop column name,
  drop column status,
  drop column facets,
  drop column price,
  drop column currency;

-- What is nearly written so, for searches whose words are nowhere; the index serves the operator only, and that its threshold.
create function similar_products(wanted text, most integer) returns table (answer text)
  language sql stable set pg_trgm.word_similarity_threshold = 0.4 as $$
    select answer from product_views
     where status = 'active' and wanted <% searched
     order by word_similarity(wanted, searched) desc, product_id limit most
  $$;
