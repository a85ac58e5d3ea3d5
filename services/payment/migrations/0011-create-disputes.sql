-- contracts 0009-refunds-that-fail: the check only allows more; the release before writes and changes no entry of a dispute
-- locks: the constraint that is dropped and added again without reading the table
-- A dispute is what the provider says of it: the row is written anew whenever the provider was asked.
create table disputes (
  id uuid primary key,
  payment_id uuid not null references payments (id),
  provider text not null,
  reference text not null,
  status text not null check (status in ('warning_needs_response', 'warning_under_review', 'warning_closed',
                                         'needs_response', 'under_review', 'won', 'lost')),
  reason text not null,
  currency char(3) not null,
  amount bigint not null check (amount >= 0),
  withdrawn bigint not null default 0 check (withdrawn >= 0),
  reinstated bigint not null default 0 check (reinstated >= 0),
  -- what of the payment cannot be refunded because of it
  held bigint not null default 0 check (held >= 0),
  -- what is booked as lost
  lost bigint not null default 0,
  fee bigint not null default 0,
  fee_currency char(3),
  evidence_due_by timestamptz,
  -- a staff response that was begun with the provider and has not ended, and its text until then
  pending text check (pending in ('evidence', 'accept')),
  pending_since timestamptz,
  pending_key uuid,
  evidence jsonb,
  version integer not null default 1,
  opened_at timestamptz not null,
  closed_at timestamptz,
  evidence_submitted_at timestamptz,
  -- when the provider is asked again, although no webhook has come
  revisit_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider, reference),
  check ((pending is null) = (pending_since is null)),
  check ((pending is null) = (pending_key is null)),
  check (evidence is null or pending is not null)
);

create index disputes_of_payment on disputes (payment_id, id desc);
create index disputes_by_status on disputes (status, id desc);
create index disputes_open on disputes (revisit_at) where closed_at is null or pending is not null;

-- Money that a dispute has moved, as the provider books it: each is booked once.
create table dispute_movements (
  id uuid primary key,
  dispute_id uuid not null references disputes (id),
  reference text not null,
  kind text not null check (kind in ('withdrawn', 'reinstated')),
  amount bigint not null check (amount >= 0),
  unique (dispute_id, reference)
);

-- the sum of what its disputes hold
alter table payments add column disputed bigint not null default 0;

alter table ledger_transactions drop constraint ledger_transactions_kind_check;
alter table ledger_transactions add constraint ledger_transactions_kind_check
  check (kind in ('capture', 'refund', 'refund_failed', 'dispute_withdrawn', 'dispute_reinstated', 'dispute_fee', 'dispute_lost'))
  not valid;

-- What the sandbox provider knows of disputes; like all of the sandbox, no transaction writes it together with payment's own tables.
create table sandbox_disputes (
  reference text primary key,
  charge_reference text not null references sandbox_charges (reference),
  amount bigint not null check (amount > 0),
  status text not null check (status in ('warning_needs_response', 'warning_under_review', 'warning_closed',
                                         'needs_response', 'under_review', 'won', 'lost')),
  due_by timestamptz not null,
  at timestamptz not null
);

create index sandbox_disputes_of_charge on sandbox_disputes (charge_reference);
create unique index sandbox_disputes_open on sandbox_disputes (charge_reference)
  where status in ('warning_needs_response', 'warning_under_review', 'needs_response', 'under_review');
