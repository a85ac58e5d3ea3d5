/** Heads of the audit trails of all services: beside the log, because no service owns this database. */
export const auditHeads = `
create table audit_heads (
  service text not null,
  sequence bigint not null,
  hash text not null,
  noted_at timestamptz not null default now(),
  primary key (service, sequence)
);
comment on table audit_heads is 'What the end of an audit trail was at a time; after a day, one of each hour is kept';

create function event_log_note_head(of_service text, new_sequence bigint, new_hash text) returns text
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  own constant text := event_log_service();
  noted text;
begin
  if own <> of_service then
    raise exception '% may not note a head of %', session_user, of_service using errcode = '42501';
  end if;
  insert into audit_heads (service, sequence, hash) values (of_service, new_sequence, new_hash) on conflict do nothing;
  select hash into strict noted from audit_heads where service = of_service and sequence = new_sequence;
  if random() < 0.01 then
    delete from audit_heads h where h.service = of_service and h.noted_at < now() - interval '1 day' and exists (
      select from audit_heads later where later.service = h.service and later.sequence > h.sequence
        and date_trunc('hour', later.noted_at) = date_trunc('hour', h.noted_at));
  end if;
  return noted;
end
$$;
comment on function event_log_note_head is 'Notes a head once: returns the hash that is noted for its number';
revoke execute on function event_log_note_head from public;

alter function event_log_enrol(name, text) rename to event_log_enrol_events;
create function event_log_enrol(new_role name, as_service text) returns void
language plpgsql
as $$
begin
  perform event_log_enrol_events(new_role, as_service);
  execute format('grant select on audit_heads to %I', new_role);
  execute format('grant execute on function event_log_note_head to %I', new_role);
end
$$;
comment on function event_log_enrol is 'Lets a login role work with the log as one service, and as nothing else';
revoke execute on function event_log_enrol from public;

do $$
declare
  known name;
begin
  for known in select role from event_log_roles loop
    execute format('grant select on audit_heads to %I', known);
    execute format('grant execute on function event_log_note_head to %I', known);
  end loop;
end
$$;
`
