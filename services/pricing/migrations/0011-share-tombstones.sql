-- contracts 0002-create-quotes: a view takes the place of the table, in which instances of the previous release write and read as before
-- The platform keeps the tombstones of compensated calls; drop the view in a later release.
lock table withdrawn_acceptances in access exclusive mode;
insert into withdrawn_call (key, withdrawn_at) select action_key, at from withdrawn_acceptances on conflict do nothing;
drop table withdrawn_acceptances;
create view withdrawn_acceptances as select key as action_key, withdrawn_at as at from withdrawn_call;
