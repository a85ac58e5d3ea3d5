create table product_images (
  -- the id of its blob
  id uuid primary key,
  product_id uuid not null references products (id),
  media_type text not null,
  width_pixels integer not null,
  height_pixels integer not null,
  size_bytes bigint not null,
  sha256 text not null
);

-- ids are UUIDv7, so their order is the order of making
create index on product_images (product_id, id);
