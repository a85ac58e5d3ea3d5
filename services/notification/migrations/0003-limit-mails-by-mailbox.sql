-- Mails to addresses that nobody has verified, which anyone can cause. Of the mailbox only a hash is kept, with a key that
-- never leaves this database.
create table mailbox_key (key bytea not null);
insert into mailbox_key (key)
  values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

create table unverified_mails (
  id uuid primary key,
  mailbox bytea not null,
  at timestamptz not null
);

create index unverified_mails_of_mailbox on unverified_mails (mailbox, at);
create index unverified_mails_old on unverified_mails (at);
