/** Finding a time, and the upkeep of the time partitions: making the next ones ahead, dropping those that have outlived retention. */
export const keeping = `
create function event_log_position_since(of_topic smallint, of_part smallint, since timestamptz) returns bigint
language plpgsql stable
as $$
declare
  each record;
  low bigint;
  high bigint;
  middle bigint;
  at timestamptz;
begin
  for each in
    select b.segment, b.first_position, coalesce(
      (
        select min(n.first_position) from event_segment_starts n
        where n.topic = of_topic and n.part = of_part and n.first_position > b.first_position
      ), p.next_position
    ) as next_position
    from event_segment_starts b
    join event_partitions p on p.topic = b.topic and p.part = b.part
    where b.topic = of_topic and b.part = of_part and b.segment >= coalesce((
      -- An append that was under way when a segment began is still in the one before.
      select max(s.id) from event_segments s where s.topic = of_topic and s.starts_at <= since - interval '1 minute'
    ), 0)
    order by b.first_position
  loop
    select l.appended_at into at from event_log l
    where l.segment = each.segment and l.part = of_part and l.position = each.next_position - 1;
    continue when at < since;
    low := each.first_position;
    high := each.next_position - 1;
    while low < high loop
      middle := (low + high) / 2;
      select l.appended_at into at from event_log l
      where l.segment = each.segment and l.part = of_part and l.position = middle;
      if at < since then low := middle + 1; else high := middle; end if;
    end loop;
    return low;
  end loop;
  return (select next_position from event_partitions where topic = of_topic and part = of_part);
end
$$;
comment on function event_log_position_since is 'The first position appended at this time or later, by binary search';

create function event_log_segment_length(retention_ms bigint) returns interval
language sql immutable
as $$
  select case
    when retention_ms is null then interval '30 days'
    else least(greatest(retention_ms / 4, 1000) * interval '1 millisecond', interval '30 days')
  end
$$;

create function event_log_begin_segments() returns void
language plpgsql
as $$
declare
  each record;
begin
  for each in
    select s.topic, s.starts_at, event_log_segment_length(t.retention_ms) as length
    from event_topics t
    join lateral (select * from event_segments where topic = t.id order by starts_at desc limit 1) s on true
    where exists (select from event_segment_starts b where b.segment = s.id)
  loop
    if now() >= each.starts_at + each.length * 0.75 then
      perform event_log_add_segment(each.topic, greatest(now(), each.starts_at + each.length));
    end if;
  end loop;
end
$$;
comment on function event_log_begin_segments is 'Makes the next time partition of each topic whose newest one is mostly over';

create function event_log_drop_segment(of_segment integer, is_forced boolean) returns json
language plpgsql
as $$
declare
  topic_id smallint;
  removed bigint := 0;
  held text[];
  skipped json[];
begin
  select topic into topic_id from event_segments where id = of_segment;
  -- What is being appended is in before the ends are read.
  perform 1 from event_partitions where topic = topic_id order by part for no key update;
  create temporary table dropped_parts on commit drop as
    select b.part, b.first_position, coalesce((
      select min(n.first_position) from event_segment_starts n
      where n.topic = b.topic and n.part = b.part and n.first_position > b.first_position
    ), p.next_position) as next_position
    from event_segment_starts b join event_partitions p on p.topic = b.topic and p.part = b.part
    where b.segment = of_segment;
  select array_agg(distinct o.consumer_group) into held
  from consumer_offsets o
  join consumer_groups g on g.name = o.consumer_group and o.topic = any(g.topics)
  join dropped_parts d on d.part = o.part
  where o.topic = topic_id and o.position < d.next_position;
  if held is not null and not is_forced then
    drop table dropped_parts;
    return json_build_object('held', held);
  end if;
  with moved as (
    update consumer_offsets o set position = d.next_position, member = null, epoch = o.epoch + 1, blocked_by = null
    from dropped_parts d, consumer_offsets former
    where o.topic = topic_id and o.part = d.part and o.position < d.next_position
      and former.consumer_group = o.consumer_group and former.topic = o.topic and former.part = o.part
    returning o.consumer_group, d.next_position - greatest(former.position, d.first_position) as events
  ),
  groups as (
    select consumer_group, sum(events)::bigint as events, pg_notify('group:' || consumer_group, '')
    from moved group by consumer_group
  )
  select coalesce(array_agg(json_build_object('group', consumer_group, 'events', events) order by consumer_group), '{}')
  into skipped from groups;
  update event_partitions p set first_position = greatest(p.first_position, d.next_position)
  from dropped_parts d where p.topic = topic_id and p.part = d.part;
  select coalesce(sum(next_position - first_position), 0) into removed from dropped_parts;
  execute format('drop table event_log_%s', of_segment);
  delete from event_segments where id = of_segment;
  drop table dropped_parts;
  return json_build_object('events', removed, 'skipped', skipped);
end
$$;

create function event_log_maintain(is_forced boolean) returns json
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s'
as $$
declare
  each record;
  outcome json;
  outcomes json[] := '{}';
  held smallint[] := '{}';
begin
  if event_log_service() is not null and is_forced then
    raise exception 'only the owner of the event log may remove what has not been consumed' using errcode = '42501';
  end if;
  if pg_try_advisory_xact_lock(hashtextextended('stoa.event-log-upkeep', 0)) then
    perform event_log_begin_segments();
    for each in
      select s.id, s.topic, t.name from event_segments s
      join event_topics t on t.id = s.topic
      join lateral (
        select min(n.starts_at) as starts_at from event_segments n where n.topic = s.topic and n.starts_at > s.starts_at
      ) following on following.starts_at < now() - t.retention_ms * interval '1 millisecond'
      order by s.id
    loop
      continue when each.topic = any(held);
      outcome := event_log_drop_segment(each.id, is_forced);
      if outcome -> 'held' is not null then held := held || each.topic; end if;
      outcomes := outcomes || (jsonb_build_object('topic', each.name) || outcome::jsonb)::json;
    end loop;
  end if;
  return to_json(outcomes);
end
$$;

create function event_log_set_retention(of_topic text, new_retention_ms bigint) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform event_log_require_topic(of_topic);
  update event_topics set retention_ms = new_retention_ms
  where name = of_topic and retention_ms is distinct from new_retention_ms;
end
$$;
`
