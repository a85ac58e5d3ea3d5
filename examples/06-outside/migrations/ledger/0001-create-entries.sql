create table entries (
  expense_id uuid primary key,
  amount bigint not null
);
