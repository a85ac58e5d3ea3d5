-- A SKU may move from a deleted product to a new one, and their events come in any order: each product has its own row.
alter table sellable drop constraint sellable_pkey;
alter table sellable add primary key (sku, product_id);
