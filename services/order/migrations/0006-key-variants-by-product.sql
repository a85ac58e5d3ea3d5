-- A SKU may move from one product to another, and the events of the two come in any order: each product has its own row.
create table product_variants (
  sku text not null,
  product_id uuid not null,
  name text not null,
  status text not null,
  version bigint not null,
  primary key (sku, product_id)
);

create index product_variants_of_product on product_variants (product_id);

-- The table of the release before stays for as long as that runs beside this one; what it writes is copied.
create function copy_variant() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.product_id <> new.product_id) then
    delete from product_variants
     where sku = old.sku and product_id = old.product_id and version <= old.version;
  end if;
  if tg_op <> 'DELETE' then
    insert into product_variants (sku, product_id, name, status, version)
    values (new.sku, new.product_id, new.name, new.status, new.version)
    on conflict (sku, product_id) do update
      set name = excluded.name, status = excluded.status, version = excluded.version
      where product_variants.version <= excluded.version;
  end if;
  return null;
end
$$;

create trigger variants_are_copied after insert or update or delete on variants
  for each row execute function copy_variant();

insert into product_variants (sku, product_id, name, status, version)
select sku, product_id, name, status, version from variants
on conflict (sku, product_id) do nothing;
