-- contracts 0001-create-payments: both checks only allow more; the release before writes and reads no payment that waits for its customer, because it has no provider that asks one
-- A payment that the customer has to confirm with the bank (3-D Secure): what there is to do, and until when.
alter table payments drop constraint payments_status_check;
alter table payments add constraint payments_status_check
  check (status in ('initiated', 'requires_action', 'in_review', 'authorized', 'captured', 'declined', 'voided',
                    'partially_refunded', 'refunded'));
alter table payments drop constraint payments_pending_check;
alter table payments add constraint payments_pending_check check (pending in ('charge', 'action', 'capture', 'void'));
alter table payments add column next_action jsonb;
alter table payments add column action_until timestamptz;
-- what the provider knows the customer by, whose card or account is charged; forgotten with the token
alter table payments add column provider_customer text;
create index payments_by_reference on payments (provider, provider_reference) where provider_reference is not null;

-- what a provider knows our customers by
create table provider_customers (
  customer_id uuid not null,
  provider text not null,
  reference text not null,
  created_at timestamptz not null,
  primary key (customer_id, provider)
);
