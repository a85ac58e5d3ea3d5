-- they are given back by their order
create index coupon_uses_of_order on coupon_uses (order_id);
