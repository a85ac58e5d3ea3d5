/** Who may do what in the log's database: its owner everything, an enrolled role what its service needs. */
export const access = `
alter table consumer_groups add paused_at timestamptz;
comment on column consumer_groups.paused_at is 'Members hand out nothing as long as it is set';

alter table consumer_groups enable row level security;
alter table consumer_members enable row level security;
alter table consumer_releases enable row level security;
alter table consumer_offsets enable row level security;
create policy all_read on consumer_groups for select using (true);
create policy all_read on consumer_members for select using (true);
create policy all_read on consumer_releases for select using (true);
create policy all_read on consumer_offsets for select using (true);
create policy own_written on consumer_groups
  using (name = (select service from event_log_roles where role = current_user));
create policy own_written on consumer_members
  using (consumer_group = (select service from event_log_roles where role = current_user));
create policy own_written on consumer_releases
  using (consumer_group = (select service from event_log_roles where role = current_user));
create policy own_written on consumer_offsets
  using (consumer_group = (select service from event_log_roles where role = current_user));

create function event_log_enrol(new_role name, as_service text) returns void
language plpgsql
as $$
declare
  segment integer;
begin
  insert into event_log_roles (role, service) values (new_role, as_service)
  on conflict (role) do update set service = excluded.service;
  execute format('grant connect on database %I to %I', current_database(), new_role);
  execute format('grant usage on schema public to %I', new_role);
  execute format(
    'grant select on schema_migrations, event_topics, event_partitions, event_types, event_producers, event_segments,
       event_segment_starts, event_log, event_log_roles, consumer_groups, consumer_members, consumer_releases,
       consumer_offsets to %I', new_role);
  execute format(
    'grant insert, update, delete on consumer_groups, consumer_members, consumer_releases, consumer_offsets to %I', new_role);
  execute format(
    'grant execute on function event_log_ensure_topic, event_log_declare_type, event_log_append, event_log_maintain,
       event_log_set_retention, event_log_position_since, event_log_term to %I', new_role);
  for segment in select id from event_segments loop
    execute format('grant select on event_log_%s to %I', segment, new_role);
  end loop;
end
$$;
comment on function event_log_enrol is 'Lets a login role work with the log as one service, and as nothing else';

revoke execute on function event_log_term, event_log_add_segment, event_log_service, event_log_require_topic,
  event_log_ensure_topic, event_log_declare_type, event_log_append, event_log_position_since, event_log_segment_length,
  event_log_begin_segments, event_log_drop_segment, event_log_maintain, event_log_set_retention, event_log_enrol from public;
`
