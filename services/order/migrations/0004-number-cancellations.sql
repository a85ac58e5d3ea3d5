-- how often the order was called off: each time has a saga of its own
alter table orders add column cancellations integer not null default 0;

update orders set cancellations = 1 where cancel_reason is not null;
