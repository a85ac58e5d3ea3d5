create table totals (
  product text primary key,
  sold integer not null,
  amount bigint not null
);
