-- Where the day of an account's owner begins, as a name of IANA; unset until the owner sets it.
alter table users add column time_zone text;
