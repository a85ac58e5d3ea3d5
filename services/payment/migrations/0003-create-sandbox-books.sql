-- What the sandbox provider knows. It stands in for an outside party: nothing of payment's own refers to it, and no
-- transaction writes both.
create table sandbox_charges (
  key text primary key,
  reference text not null unique,
  token text not null,
  currency char(3) not null,
  amount bigint not null check (amount > 0),
  attempts integer not null,
  state text not null check (state in ('failing', 'review', 'declined', 'authorized', 'captured', 'voided')),
  code text,
  refunded bigint not null default 0,
  at timestamptz not null default now(),
  check (refunded between 0 and amount)
);

create table sandbox_refunds (
  key text primary key,
  reference text not null,
  charge_reference text not null references sandbox_charges (reference),
  amount bigint not null check (amount > 0),
  at timestamptz not null default now()
);

create index sandbox_refunds_of_charge on sandbox_refunds (charge_reference);
