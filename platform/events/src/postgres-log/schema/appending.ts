/**
 * Appending at less cost, and major versions as types of their own. The JSON of an event is read as a whole only where its
 * beginning does not show already that it is what its service may append: `JSON.stringify` writes the attributes that are
 * held to in this order, and a second attribute of the same name would be found by its name.
 */
export const appending = `
create or replace function event_log_append(
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
  is_foreign boolean;
begin
  select t.name, coalesce(
    (select s.id from event_segments s where s.topic = t.id and s.starts_at <= now() order by s.starts_at desc limit 1),
    -- The clock has been set back behind all of them.
    (select min(s.id) from event_segments s where s.topic = t.id)
  ) into topic_name, newest from event_topics t where t.id = of_topic;
  if not found then
    return false;
  end if;
  if topic_name <> service || '.events' or (service is not null and producer is distinct from service) then
    raise exception '% may append as % only', session_user, service using errcode = '42501';
  end if;
  with numbered as (
    -- The row of the producer is taken first: a batch that was sent twice waits here for its first sending.
    insert into event_producers as p (name, last_batch, first_event_id) select producer, batch, ids[1] where producer is not null
    on conflict (name) do update set last_batch = excluded.last_batch, first_event_id = excluded.first_event_id
    where p.last_batch < excluded.last_batch
    returning 1
  ),
  admitted as materialized (select 1 where producer is null union all select 1 from numbered),
  batch as materialized (
    select b.part, b.id, b.type, b.terms, b.event, row_number() over (partition by b.part order by b.nth) - 1 as step
    from admitted, rows from (unnest(parts, ids, types, found_by), json_array_elements(events))
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
  ),
  appended as (
    insert into event_log (segment, topic, part, position, event_id, type, terms, event)
    select h.segment, of_topic, b.part, h.base + b.step, b.id, b.type, b.terms::integer[], b.event
    from batch b join heads h using (part)
  )
  select service is not null and (
    exists (
      select from unnest(types) as given(type)
      where not exists (select from event_types d where d.type = given.type and d.topic = of_topic)
    )
    or exists (
      select from batch b
      cross join lateral (
        select b.event::text as whole, '{"specversion":"1.0","id":"' || b.id || '","source":"/services/' || service
          || '","type":"' || split_part(b.type, '/', 1) || '",' as beginning
        offset 0
      ) e
      cross join lateral (select right(e.whole, -length(e.beginning)) as rest offset 0) r
      -- Certain without reading it as JSON: none of the three comes a second time, under whatever spelling.
      where (not starts_with(e.whole, e.beginning) or strpos(r.rest, '"id"') > 0 or strpos(r.rest, '"source"') > 0
        or strpos(r.rest, '"type"') > 0 or strpos(r.rest, '\\u00') > 0) and (
        select j.id is distinct from b.id::text or j.source is distinct from '/services/' || service
          or j.type is distinct from split_part(b.type, '/', 1)
        -- PostgreSQL reads no NUL and no half of a surrogate pair; neither can be part of what is compared.
        from json_to_record(regexp_replace(e.whole, '\\\\u(0000|(?!00)[0-9a-fA-F]{4})', '\\\\u0001', 'g')::json)
          as j(id text, source text, type text)
      )
    )
  ) into is_foreign from admitted;
  if not found then
    return false;
  end if;
  if is_foreign then
    raise exception '% may append events of % only, of types that are declared', session_user, service using errcode = '42501';
  end if;
  return true;
end
$$;

create or replace function event_log_declare_type(of_topic text, new_type text, new_version text, new_schema json) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  topic_id smallint;
begin
  perform event_log_require_topic(of_topic);
  select id into strict topic_id from event_topics where name = of_topic;
  if event_log_service() is not null and exists (
    select from event_types where split_part(type, '/', 1) = split_part(new_type, '/', 1) and topic <> topic_id
  ) then
    raise exception 'the event type % belongs to another topic than %', new_type, of_topic using errcode = '42501';
  end if;
  insert into event_types (type, version, topic, schema) values (new_type, new_version, topic_id, new_schema)
  on conflict (type, version) do update set topic = excluded.topic, schema = excluded.schema;
end
$$;
comment on column event_types.type is 'With its major version behind a slash from 2 on: consumers subscribe to each major version by itself';
`
