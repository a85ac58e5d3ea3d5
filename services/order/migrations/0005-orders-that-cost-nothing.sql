-- an order that costs nothing needs no payment method
alter table orders alter column payment_method_id drop not null;
