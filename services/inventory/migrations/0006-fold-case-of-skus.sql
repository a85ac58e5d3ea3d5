-- No two new SKUs differ in case only; those that already do stay, so the index is not unique.
create index variants_by_folded_sku on variants (lower(sku));
