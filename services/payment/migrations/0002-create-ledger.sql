create table ledger_transactions (
  id uuid primary key,
  payment_id uuid not null references payments (id),
  kind text not null check (kind in ('capture', 'refund')),
  -- the payment that was captured or the refund that was given: each is booked once
  effect_id uuid not null unique,
  at timestamptz not null
);

create index ledger_transactions_of_payment on ledger_transactions (payment_id, id desc);

create table ledger_entries (
  transaction_id uuid not null references ledger_transactions (id),
  account text not null,
  amount bigint not null check (amount <> 0),
  currency char(3) not null,
  primary key (transaction_id, account)
);

-- Every statement has to leave each transaction it touches at zero, so all entries of one come in one statement.
create function refuse_unbalanced_entries() returns trigger language plpgsql as $$
declare
  unbalanced uuid;
begin
  select entry.transaction_id into unbalanced
    from ledger_entries entry
   where entry.transaction_id in (select transaction_id from added)
   group by entry.transaction_id, entry.currency
  having sum(entry.amount) <> 0
   limit 1;
  if found then
    raise exception 'the entries of ledger transaction % do not sum to zero', unbalanced using errcode = 'check_violation';
  end if;
  return null;
end
$$;

create trigger ledger_entries_balance after insert on ledger_entries
  referencing new table as added for each statement execute function refuse_unbalanced_entries();

create function refuse_change_of_ledger() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is only added to' using errcode = 'restrict_violation';
end
$$;

create trigger ledger_transactions_append_only before update or delete or truncate on ledger_transactions
  for each statement execute function refuse_change_of_ledger();
create trigger ledger_entries_append_only before update or delete or truncate on ledger_entries
  for each statement execute function refuse_change_of_ledger();
