-- The number of noted uses of each promotion, so that reconciling costs the same however many there are. The database keeps it,
-- not the statements that change promotions.uses: the two are compared.
lock table coupon_uses in share row exclusive mode;

create table coupon_use_totals (
  promotion_id uuid primary key references promotions (id) on delete cascade,
  noted bigint not null
) with (fillfactor = 70);

insert into coupon_use_totals select promotion_id, count(*) from coupon_uses group by promotion_id;

create function total_coupon_uses() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into coupon_use_totals as t (promotion_id, noted)
    select promotion_id, count(*) from changed group by promotion_id order by promotion_id
    on conflict (promotion_id) do update set noted = t.noted + excluded.noted;
  else
    update coupon_use_totals t set noted = t.noted - removed.noted
      from (select promotion_id, count(*) as noted from changed group by promotion_id) as removed
     where t.promotion_id = removed.promotion_id;
  end if;
  return null;
end
$$;

create trigger coupon_uses_total_noted after insert on coupon_uses
  referencing new table as changed for each statement execute function total_coupon_uses();
create trigger coupon_uses_total_removed after delete on coupon_uses
  referencing old table as changed for each statement execute function total_coupon_uses();

create function refuse_move_of_coupon_uses() returns trigger language plpgsql as $$
begin
  raise exception 'coupon uses keep their promotion' using errcode = 'restrict_violation';
end
$$;

create trigger coupon_uses_keep_promotion before update on coupon_uses for each row
  when (new.promotion_id <> old.promotion_id) execute function refuse_move_of_coupon_uses();
create trigger coupon_uses_not_truncated before truncate on coupon_uses
  for each statement execute function refuse_move_of_coupon_uses();
