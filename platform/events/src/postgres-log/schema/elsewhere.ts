/**
 * Topics whose events are kept in Kafka: this database has their positions, what they are found by and where they are, but not their
 * texts. Groups, retention and the positions of a time work with these rows as with those of events that are kept here.
 */
export const elsewhere = `
alter table event_topics add kafka_topic text;
comment on column event_topics.kafka_topic is 'The cluster and topic of Kafka that have the events; null if this database has them';
alter table event_partitions add next_offset bigint not null default 0;
comment on column event_partitions.next_offset is 'The offset in Kafka from which on nothing has been indexed';
alter table event_log add kafka_offset bigint;
comment on column event_log.kafka_offset is 'Where Kafka has the event, which is null here then';

create function event_log_place_topic(wanted text, in_kafka text) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  topic_id smallint;
  place text;
begin
  perform event_log_require_topic(wanted);
  select id, kafka_topic into strict topic_id, place from event_topics where name = wanted for update;
  if place = in_kafka then
    return;
  end if;
  if place is not null then
    raise exception 'the events of % are in Kafka as %, not as %', wanted, place, in_kafka;
  end if;
  if exists (select from event_partitions where topic = topic_id and next_position > 0) then
    raise exception 'the events of % are in PostgreSQL, not in Kafka: unset KAFKA_BROKERS', wanted;
  end if;
  update event_topics set kafka_topic = in_kafka where id = topic_id;
end
$$;
comment on function event_log_place_topic is 'Has the events of a topic kept in Kafka; only before its first event';

create function event_log_index(
  of_topic smallint, producers text[], batches bigint[], first_ids uuid[],
  parts smallint[], positions bigint[], offsets bigint[], ids uuid[], types text[], found_by text[]
) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  service constant text := event_log_service();
  topic_name text;
  newest integer;
  is_torn boolean;
begin
  select t.name, coalesce(
    (select s.id from event_segments s where s.topic = t.id and s.starts_at <= now() order by s.starts_at desc limit 1),
    -- The clock has been set back behind all of them.
    (select min(s.id) from event_segments s where s.topic = t.id)
  ) into strict topic_name, newest from event_topics t where t.id = of_topic and t.kafka_topic is not null;
  if service is not null and (
    topic_name <> service || '.events'
    or exists (select from unnest(producers) as given(name) where given.name <> service)
    or exists (
      select from unnest(types) as given(type)
      where not exists (select from event_types d where d.type = given.type and d.topic = of_topic)
    )
  ) then
    raise exception '% may append events of % only, of types that are declared', session_user, service using errcode = '42501';
  end if;
  insert into event_producers as p (name, last_batch, first_event_id)
  select name, batch, first_id from unnest(producers, batches, first_ids) as given(name, batch, first_id)
  on conflict (name) do update set last_batch = excluded.last_batch, first_event_id = excluded.first_event_id
  where p.last_batch < excluded.last_batch;
  with locked as materialized (
    select part, segment, next_position, greatest(segment, newest) as next_segment from event_partitions
    where topic = of_topic and part = any(parts)
    order by part for no key update
  ),
  -- Two that index the same events at the same time add them once.
  fresh as materialized (
    select b.*, l.segment, l.next_segment, l.next_position
    from unnest(parts, positions, offsets, ids, types, found_by) as b(part, position, kafka_offset, id, type, terms)
    join locked l using (part) where b.position >= l.next_position
  ),
  counts as (
    select part, segment, next_segment, next_position, count(*) as events, min(position) as first_position,
      max(position) as last_position, max(kafka_offset) as last_offset
    from fresh group by part, segment, next_segment, next_position
  ),
  heads as (
    update event_partitions p set next_position = c.last_position + 1, next_offset = c.last_offset + 1, segment = c.next_segment
    from counts c where p.topic = of_topic and p.part = c.part
  ),
  begun as (
    insert into event_segment_starts (topic, part, first_position, segment)
    select of_topic, part, first_position, next_segment from counts where next_segment <> segment
  ),
  indexed as (
    insert into event_log (segment, topic, part, position, event_id, type, terms, event, kafka_offset)
    select f.next_segment, of_topic, f.part, f.position, f.id, f.type, f.terms::integer[], 'null', f.kafka_offset from fresh f
  )
  select exists (
    select from counts where first_position <> next_position or last_position - first_position + 1 <> events
  ) into is_torn;
  if is_torn then
    raise exception 'events of % before these are not indexed', topic_name;
  end if;
end
$$;
comment on function event_log_index is 'Notes where Kafka has events, in the order of their positions';

revoke execute on function event_log_place_topic, event_log_index from public;

alter function event_log_enrol(name, text) rename to event_log_enrol_here;
create function event_log_enrol(new_role name, as_service text) returns void
language plpgsql
as $$
begin
  perform event_log_enrol_here(new_role, as_service);
  execute format('grant execute on function event_log_place_topic, event_log_index to %I', new_role);
end
$$;
comment on function event_log_enrol is 'Lets a login role work with the log as one service, and as nothing else';
revoke execute on function event_log_enrol from public;

do $$
declare
  known name;
begin
  for known in select role from event_log_roles loop
    execute format('grant execute on function event_log_place_topic, event_log_index to %I', known);
  end loop;
end
$$;
`
