-- contracts 0001-create-payments: the checks and the key only allow more; the release before reads a failed refund as one that is not begun, and changes none
-- A refund can fail days after the provider has accepted it: it is booked back, beside its own booking.
alter table refunds drop constraint refunds_status_check;
alter table refunds add constraint refunds_status_check check (status in ('begun', 'done', 'refused', 'failed'));
alter table ledger_transactions drop constraint ledger_transactions_kind_check;
alter table ledger_transactions add constraint ledger_transactions_kind_check
  check (kind in ('capture', 'refund', 'refund_failed'));
alter table ledger_transactions add unique (effect_id, kind);
alter table ledger_transactions drop constraint ledger_transactions_effect_id_key;
