-- Read models; the ledger itself is in the tables of the event store. Each row belongs to a generation of its projection.
create table sale_list (
  generation integer not null,
  id uuid not null,
  version integer not null,
  channel text not null,
  status text not null,
  currency char(3) not null,
  total bigint not null,
  returned bigint not null,
  net bigint not null,
  order_number text,
  till text,
  sold_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (generation, id)
);

create table revenue_by_day (
  generation integer not null,
  day date not null,
  currency char(3) not null,
  channel text not null,
  sales integer not null default 0,
  gross bigint not null default 0,
  voided bigint not null default 0,
  returned bigint not null default 0,
  primary key (generation, day, currency, channel)
);

-- Who has bought, beside the ledger: the ledger is never changed, and this is deleted with the account.
create table sale_buyers (
  sale_id uuid primary key,
  customer_id uuid not null
);

create index sale_buyers_of_customer on sale_buyers (customer_id, sale_id desc);
