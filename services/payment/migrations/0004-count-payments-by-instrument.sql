-- what a provider knows a card or account by, the same for all its tokens
alter table payment_methods add column fingerprint text;

-- a digest of it, with providers whose customers' payments are counted
alter table payments add column instrument text;
create index payments_of_instrument on payments (instrument, created_at) where instrument is not null;
