-- Counts the resets of a stream: what was read before a reset does not move its watermark after it.
alter table streams add column generation bigint not null default 0;
