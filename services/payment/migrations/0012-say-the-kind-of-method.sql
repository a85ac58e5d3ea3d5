-- card, wallet and so on; unknown in methods and payments of older releases
alter table payment_methods add column kind text;
alter table payments add column method_kind text;
