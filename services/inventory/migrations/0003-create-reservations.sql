create table reservations (
  id uuid primary key,
  order_id uuid not null,
  -- the key of the call that made it, for ever; a compensation that came first has left a released one without lines
  action_key text unique,
  status text not null check (status in ('held', 'confirmed', 'fulfilled', 'released')),
  -- what was promised: [{sku, warehouseId, quantity}]
  lines jsonb not null,
  -- what of it stands in the warehouses' reserved
  outstanding jsonb not null,
  -- what of it has come back in order
  returned jsonb not null default '[]',
  -- of one that is held in a cart; under a saga it never expires
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (expires_at is null or status in ('held', 'released'))
) with (fillfactor = 80);

create unique index reservations_live on reservations (order_id) where status <> 'released';
create index reservations_of_order on reservations (order_id, id desc);
create index reservations_expiring on reservations (expires_at) where status = 'held' and expires_at is not null;
