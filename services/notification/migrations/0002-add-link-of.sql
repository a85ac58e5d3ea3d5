-- the link whose token the message is sent with; the token itself is asked for when it is sent, and not kept
alter table notifications add column link_id uuid;
-- tokens that were kept before
update notifications set body = 'erased' where kind = 'user.locked';
