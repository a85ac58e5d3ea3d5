-- what one unit costs the shop, in the currency of list prices; in no read model, so that no customer sees it
alter table variants add column unit_cost bigint check (unit_cost >= 0);
alter table variants add column unit_cost_currency char(3);
