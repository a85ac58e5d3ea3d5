-- the hash of the token with which another account may merge the cart into its own
alter table carts add column handover_hash bytea unique;
alter table carts add column handover_expires_at timestamptz;
