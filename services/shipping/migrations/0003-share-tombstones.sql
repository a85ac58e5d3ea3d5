-- contracts 0001-create-shipments: a view takes the place of the table, in which instances of the previous release write and read as before
-- The platform keeps the tombstones of compensated calls; drop the view in a later release.
lock table withdrawn_shipments in access exclusive mode;
insert into withdrawn_call (key, withdrawn_at) select action_key, at from withdrawn_shipments on conflict do nothing;
drop table withdrawn_shipments;
create view withdrawn_shipments as select key as action_key, withdrawn_at as at from withdrawn_call;
