-- The platform keeps the tombstones of compensated calls; those of before stay as released reservations, which are refused too.
-- Instances of the previous release look for none elsewhere, so this trigger makes no reservation for a compensated call; drop it
-- in a later release.
create function skip_withdrawn_reservation() returns trigger language plpgsql as $$
begin
  if exists (select from withdrawn_call where key = new.action_key) then return null; end if;
  return new;
end
$$;

create trigger skip_withdrawn_reservation before insert on reservations
  for each row when (new.action_key is not null) execute function skip_withdrawn_reservation();
