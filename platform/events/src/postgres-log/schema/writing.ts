/**
 * What a service may do to the log, as functions that run with the owner's rights and hold the caller to its own name: a
 * login role of a service appends to its own topic, events of its own types, under its own source.
 */
export const writing = `
create function event_log_service() returns text
language plpgsql stable
as $$
declare
  found_service text;
begin
  select service into found_service from event_log_roles where role = session_user;
  if found_service is null and not pg_has_role(session_user, current_user, 'member') then
    raise exception 'the role % is not enrolled in the event log', session_user using errcode = '42501';
  end if;
  return found_service;
end
$$;
comment on function event_log_service is 'The one service the caller may write as; null for the owner. For functions that run as the owner';

create function event_log_require_topic(wanted text) returns void
language plpgsql stable
as $$
declare
  service constant text := event_log_service();
begin
  if wanted <> service || '.events' then
    raise exception '% may not write to the topic %', session_user, wanted using errcode = '42501';
  end if;
end
$$;

create function event_log_ensure_topic(wanted text, parts integer) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  topic_id smallint;
begin
  perform event_log_require_topic(wanted);
  insert into event_topics (name) values (wanted) on conflict (name) do nothing;
  select id into topic_id from event_topics where name = wanted for update;
  insert into event_partitions (topic, part) select topic_id, part from generate_series(0, parts - 1) as part
  on conflict do nothing;
  if not exists (select from event_segments where topic = topic_id) then
    perform event_log_add_segment(topic_id, now());
  end if;
end
$$;

create function event_log_declare_type(of_topic text, new_type text, new_version text, new_schema json) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  topic_id smallint;
begin
  perform event_log_require_topic(of_topic);
  select id into strict topic_id from event_topics where name = of_topic;
  if event_log_service() is not null
    and exists (select from event_types where type = new_type and topic <> topic_id) then
    raise exception 'the event type % belongs to another topic than %', new_type, of_topic using errcode = '42501';
  end if;
  insert into event_types (type, version, topic, schema) values (new_type, new_version, topic_id, new_schema)
  on conflict (type, version) do update set topic = excluded.topic, schema = excluded.schema;
end
$$;

create function event_log_append(
  of_topic smallint, producer text, batch bigint,
  parts smallint[], ids uuid[], types text[], found_by text[], events json
) returns boolean
language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  service constant text := event_log_service();
  topic_name text;
  newest integer;
begin
  select t.name, coalesce(
    (select s.id from event_segments s where s.topic = t.id and s.starts_at <= now() order by s.starts_at desc limit 1),
    -- The clock has been set back behind all of them.
    (select min(s.id) from event_segments s where s.topic = t.id)
  ) into topic_name, newest from event_topics t where t.id = of_topic;
  if not found then
    return false;
  end if;
  if service is not null and (
    topic_name <> service || '.events' or producer is distinct from service
    or exists (
      select from rows from (unnest(ids, types), json_array_elements(events)) as b(id, type, event)
      cross join lateral json_to_record(b.event) as e(id text, source text, type text)
      where e.source is distinct from '/services/' || service or e.id is distinct from b.id::text
        or e.type is distinct from b.type
        or not exists (select from event_types d where d.type = b.type and d.topic = of_topic)
    )
  ) then
    raise exception '% may append events of % only, of types that are declared', session_user, service using errcode = '42501';
  end if;
  if producer is not null then
    -- The row of the producer is taken first: a batch that was sent twice waits here for its first sending.
    insert into event_producers as p (name, last_batch, first_event_id) values (producer, batch, ids[1])
    on conflict (name) do update set last_batch = excluded.last_batch, first_event_id = excluded.first_event_id
    where p.last_batch < excluded.last_batch;
    if not found then
      return false;
    end if;
  end if;
  with batch as materialized (
    select b.part, b.id, b.type, b.terms, b.event, row_number() over (partition by b.part order by b.nth) - 1 as step
    from rows from (unnest(parts, ids, types, found_by), json_array_elements(events))
      with ordinality as b(part, id, type, terms, event, nth)
  ),
  counts as (select part, count(*) as events from batch group by part),
  locked as materialized (
    select part, segment, greatest(segment, newest) as next_segment from event_partitions
    where topic = of_topic and part in (select part from counts)
    order by part for no key update
  ),
  heads as (
    update event_partitions p set next_position = p.next_position + c.events, segment = l.next_segment
    from counts c join locked l using (part)
    where p.topic = of_topic and p.part = c.part
    returning p.part, p.segment, l.segment as last_segment, p.next_position - c.events as base
  ),
  begun as (
    insert into event_segment_starts (topic, part, first_position, segment)
    select of_topic, part, base, segment from heads where segment <> last_segment
  )
  insert into event_log (segment, topic, part, position, event_id, type, terms, event)
  select h.segment, of_topic, b.part, h.base + b.step, b.id, b.type, b.terms::integer[], b.event
  from batch b join heads h using (part);
  return true;
end
$$;
`
