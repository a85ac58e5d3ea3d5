create table payment_methods (
  id uuid primary key,
  customer_id uuid not null,
  provider text not null,
  token text not null,
  label text not null,
  -- of the card or account, when the provider says it
  country char(2),
  created_at timestamptz not null,
  unique (customer_id, provider, token)
);

-- ids are UUIDv7, so their order is the order of keeping
create index payment_methods_of_customer on payment_methods (customer_id, id desc);

create table payments (
  id uuid primary key,
  order_id uuid not null unique,
  -- the key of the call that began it, for ever; a client's keys stand in idempotency_records
  action_key text unique,
  customer_id uuid not null,
  payment_method_id uuid not null,
  provider text not null,
  -- forgotten as soon as nothing is left to charge
  token text,
  status text not null check (status in ('initiated', 'in_review', 'authorized', 'captured', 'declined', 'voided',
                                         'partially_refunded', 'refunded')),
  code text,
  currency char(3) not null,
  amount bigint not null,
  captures_at_once boolean not null,
  is_reviewed boolean not null default false,
  captured bigint not null default 0,
  refunding bigint not null default 0,
  refunded bigint not null default 0,
  provider_reference text,
  -- what was begun with the provider and has not ended
  pending text check (pending in ('charge', 'capture', 'void')),
  pending_since timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (captured between 0 and amount),
  check (refunding >= 0 and refunded >= 0 and refunding + refunded <= captured),
  check ((pending is null) = (pending_since is null))
);

create index payments_of_customer on payments (customer_id, id desc);
create index payments_by_status on payments (status, id desc);
create index payments_pending on payments (pending_since) where pending is not null;

create table refunds (
  id uuid primary key,
  payment_id uuid not null references payments (id),
  action_key text unique,
  status text not null check (status in ('begun', 'done', 'refused')),
  code text,
  amount bigint not null check (amount > 0),
  reason text,
  begun_at timestamptz not null,
  ended_at timestamptz
);

create index refunds_of_payment on refunds (payment_id, id);
create index refunds_begun on refunds (begun_at) where status = 'begun';

-- keys of actions that were undone before they came, or after: they come to nothing
create table withdrawn_actions (
  action_key text primary key,
  at timestamptz not null
);

create table received_webhooks (
  provider text not null,
  message_id text not null,
  received_at timestamptz not null,
  primary key (provider, message_id)
);

create index received_webhooks_by_age on received_webhooks (received_at);
