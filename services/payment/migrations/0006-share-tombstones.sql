-- The platform keeps the tombstones of compensated calls; this table keeps the orders whose money was given back (order/ID).
-- Instances of the previous release write and read tombstones here too, so triggers copy them both ways; drop the triggers, and
-- give the table a name of its own, in a later release.
create function share_tombstone() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'withdrawn_call' then
    insert into withdrawn_actions (action_key, at) values (new.key, new.withdrawn_at) on conflict do nothing;
  elsif new.action_key not like 'order/%' then
    insert into withdrawn_call (key, withdrawn_at) values (new.action_key, new.at) on conflict do nothing;
  end if;
  return null;
end
$$;

create trigger share_tombstone after insert on withdrawn_actions for each row execute function share_tombstone();
create trigger share_tombstone after insert on withdrawn_call for each row execute function share_tombstone();

insert into withdrawn_call (key, withdrawn_at)
select action_key, at from withdrawn_actions where action_key not like 'order/%' on conflict do nothing;
