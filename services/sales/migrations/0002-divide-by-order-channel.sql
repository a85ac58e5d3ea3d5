alter table sale_list add column order_channel text;

-- Beside revenue_by_day, which releases before this one fill and read. Empty: no order, or one whose channel is unknown.
create table revenue_by_channel (
  generation integer not null,
  day date not null,
  currency char(3) not null,
  channel text not null,
  order_channel text not null,
  sales integer not null default 0,
  gross bigint not null default 0,
  voided bigint not null default 0,
  returned bigint not null default 0,
  primary key (generation, day, currency, channel, order_channel)
);
