-- Tokens carry the generation of their key; those of an earlier one have been ended, and the key stays.
alter table api_key add column generation integer not null default 0;
