-- when it was last found that a guest has an order and is kept
alter table users add column guest_kept_at timestamptz;
create index users_guests on users (coalesce(guest_kept_at, created_at)) where kind = 'guest' and deleted_at is null;

create index authentications_old on authentications (at);
create index authentications_unknown on authentications (at) where user_id is null;
