create table loyalty_purchases (
  order_id uuid primary key,
  user_id uuid not null references users (id),
  points bigint not null,
  lines jsonb not null
);

-- what came back of an order, also when that is heard of before the order is completed
create table loyalty_returns (
  event_id text primary key,
  order_id uuid not null,
  is_all boolean not null,
  lines jsonb not null
);

create index loyalty_returns_of_order on loyalty_returns (order_id);

create table loyalty_entries (
  position bigint generated always as identity primary key,
  user_id uuid not null references users (id),
  order_id uuid not null,
  kind text not null check (kind in ('earned', 'returned')),
  points bigint not null check ((kind = 'earned') = (points > 0)),
  -- the event it was made for
  event_id text not null,
  at timestamptz not null,
  unique (order_id, kind, event_id)
);

create unique index loyalty_entries_earned on loyalty_entries (order_id) where kind = 'earned';
create index loyalty_entries_of_user on loyalty_entries (user_id, position);

create function refuse_ledger_change() returns trigger language plpgsql as $$
begin
  raise exception 'the loyalty ledger is only added to';
end
$$;

create trigger loyalty_entries_are_only_added before update or delete or truncate on loyalty_entries
  for each statement execute function refuse_ledger_change();
