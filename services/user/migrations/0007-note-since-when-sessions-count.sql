-- The version of the account from which on a sign-in counts: one that proved an earlier version does not. The trigger sets
-- it for a release, too, that does not know the column.
alter table users add column sessions_from_version integer not null default 0;
update users set sessions_from_version = sessions_end_at_version where sessions_end_at_version is not null;

create function note_sessions_from_version() returns trigger language plpgsql as $$
begin
  if new.sessions_end_at_version > coalesce(old.sessions_end_at_version, 0)
     or (new.deleted_at is not null and old.deleted_at is null) then
    new.sessions_from_version := new.version;
  end if;
  return new;
end $$;
create trigger users_sessions_from_version before update on users
  for each row execute function note_sessions_from_version();

-- what is left to be ended, for the task that looks for it
create index users_sessions_to_end on users (id) where sessions_end_at_version is not null;
