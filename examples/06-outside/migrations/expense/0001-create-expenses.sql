create table expenses (
  id uuid primary key,
  amount bigint not null,
  status text not null,
  number bigint
);

create sequence expense_numbers;
