-- A use counts for the account and for its e-mail address, so that a new guest of the same address is no new customer.
-- Of the address only a hash is kept, with a key that never leaves this database.
create table mailbox_key (key bytea not null);
insert into mailbox_key (key)
  values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

alter table coupon_uses add column mailbox bytea;
create index coupon_uses_of_mailbox on coupon_uses (promotion_id, mailbox) where mailbox is not null;
