-- read copy of user's accounts: the tier, which price lists are made for
create table customers (
  customer_id uuid primary key,
  tier text not null
);

-- whether it was told that a promotion has begun, since it was last made active
alter table promotions add column is_announced boolean not null default false;
update promotions set is_announced = is_active;
