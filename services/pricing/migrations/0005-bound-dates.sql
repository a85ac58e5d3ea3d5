-- Dates outside the years 0001 to 9999 of UTC cannot be written as RFC 3339: they become the first or last that can.
update price_lists set valid_from = '0001-01-01 00:00:00+00' where valid_from < '0001-01-01 00:00:00+00';
update price_lists set valid_until = '0001-01-01 00:00:00+00' where valid_until < '0001-01-01 00:00:00+00';
update price_lists set valid_from = '9999-12-31 23:59:59.999999+00' where valid_from > '9999-12-31 23:59:59.999999+00';
update price_lists set valid_until = '9999-12-31 23:59:59.999999+00' where valid_until > '9999-12-31 23:59:59.999999+00';
alter table price_lists
  add check (valid_from between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00'),
  add check (valid_until between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00');

update promotions set valid_from = '0001-01-01 00:00:00+00' where valid_from < '0001-01-01 00:00:00+00';
update promotions set valid_until = '0001-01-01 00:00:00+00' where valid_until < '0001-01-01 00:00:00+00';
update promotions set valid_from = '9999-12-31 23:59:59.999999+00' where valid_from > '9999-12-31 23:59:59.999999+00';
update promotions set valid_until = '9999-12-31 23:59:59.999999+00' where valid_until > '9999-12-31 23:59:59.999999+00';
alter table promotions
  add check (valid_from between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00'),
  add check (valid_until between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00');
