create table quotes (
  id uuid primary key,
  customer_id uuid,
  body jsonb not null,
  -- the promotions whose uses are counted and that this quote takes
  counted_promotions uuid[] not null,
  expires_at timestamptz not null
);

create index quotes_by_end on quotes (expires_at);

create table acceptances (
  -- the key of the call that made it, for ever
  action_key text primary key,
  order_id uuid not null unique,
  quote_id uuid not null,
  total jsonb not null,
  released_at timestamptz
);

create table coupon_uses (
  promotion_id uuid not null references promotions (id) on delete cascade,
  order_id uuid not null,
  customer_id uuid not null,
  primary key (promotion_id, order_id)
);

create index coupon_uses_of_customer on coupon_uses (promotion_id, customer_id);

-- acceptances that were withdrawn before they were made
create table withdrawn_acceptances (
  action_key text primary key,
  at timestamptz not null
);
