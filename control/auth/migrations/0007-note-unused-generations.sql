-- The generation of a key that has begun and that no token was issued in yet: ending it needs no notice. Null when the
-- present generation may have tokens.
alter table api_key add column unused_generation integer;
