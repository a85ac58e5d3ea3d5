-- When the sweep of abandoned operations looks at one again: those that do not end make room for all others.
alter table payments add column revisit_at timestamptz;
alter table refunds add column revisit_at timestamptz;
create index payments_to_revisit on payments (revisit_at nulls first, pending_since) where pending is not null;
create index refunds_to_revisit on refunds (revisit_at nulls first, begun_at) where status = 'begun';
