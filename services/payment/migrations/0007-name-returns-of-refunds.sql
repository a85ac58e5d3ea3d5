-- the return of goods that a refund is for
alter table refunds add column return_id uuid;
