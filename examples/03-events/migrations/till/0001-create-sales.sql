create table sales (
  id uuid primary key,
  product text not null,
  amount bigint not null
);
