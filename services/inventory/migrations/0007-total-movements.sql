-- The sum of the movements of each stock, so that reconciling costs the same however long the ledger has become. The database
-- keeps it, not the statements that change stock.on_hand: the two are compared.
lock table stock_movements in share row exclusive mode;

create table stock_totals (
  sku text collate "C" not null,
  warehouse_id uuid not null references warehouses (id),
  moved bigint not null,
  primary key (sku, warehouse_id)
) with (fillfactor = 70);

insert into stock_totals select sku, warehouse_id, sum(delta) from stock_movements group by sku, warehouse_id;

create function total_movements() returns trigger language plpgsql as $$
begin
  insert into stock_totals as t (sku, warehouse_id, moved)
  select sku, warehouse_id, sum(delta) from added group by sku, warehouse_id order by sku, warehouse_id
  on conflict (sku, warehouse_id) do update set moved = t.moved + excluded.moved;
  return null;
end
$$;

create trigger stock_movements_total after insert on stock_movements
  referencing new table as added for each statement execute function total_movements();
