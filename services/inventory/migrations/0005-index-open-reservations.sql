-- what still stands in the warehouses' reserved: few, however many orders there have been
create index reservations_open on reservations (id) where status in ('held', 'confirmed');
