create table warehouses (
  id uuid primary key,
  code text not null unique,
  name text not null,
  country char(2) not null
);

-- Rows are locked in the order of the primary key by whoever changes several.
create table stock (
  sku text collate "C" not null,
  warehouse_id uuid not null references warehouses (id),
  on_hand bigint not null default 0,
  reserved bigint not null default 0 check (reserved >= 0),
  reorder_point bigint not null default 0 check (reorder_point >= 0),
  is_backorder_allowed boolean not null default false,
  primary key (sku, warehouse_id),
  constraint stock_not_oversold check (on_hand - reserved >= 0 or is_backorder_allowed)
) with (fillfactor = 70);

create table stock_movements (
  id uuid primary key,
  sku text collate "C" not null,
  warehouse_id uuid not null references warehouses (id),
  delta bigint not null,
  reason text not null,
  -- the shipment, order or transfer it belongs to
  reference text,
  at timestamptz not null
);

create index stock_movements_of_sku on stock_movements (sku, id desc);
create index stock_movements_of_warehouse on stock_movements (warehouse_id, id desc);

create function refuse_change_of_movements() returns trigger language plpgsql as $$
begin
  raise exception 'stock movements are only added to' using errcode = 'restrict_violation';
end
$$;

create trigger stock_movements_append_only before update or delete or truncate on stock_movements
  for each statement execute function refuse_change_of_movements();
