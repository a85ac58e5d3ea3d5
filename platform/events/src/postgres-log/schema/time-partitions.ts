/**
 * The log in time partitions: each topic's events stand in tables of its own, one after the other in time, so that what has
 * outlived its retention is dropped as a whole. Appends go to the newest partition that has begun: one that is late in
 * being made delays nothing.
 */
export const timePartitions = `
alter table event_log rename to event_log_whole;
alter index event_log_pkey rename to event_log_whole_pkey;
alter index event_log_appended_at rename to event_log_whole_appended_at;

alter table event_partitions
  add first_position bigint not null default 0,
  add segment integer not null default 0;
comment on column event_partitions.first_position is 'The first position that is kept';
comment on column event_partitions.segment is 'The segment of the last append: it never goes back, whatever the clock does';

create table event_segments (
  id integer generated always as identity primary key,
  topic smallint not null references event_topics (id),
  starts_at timestamptz not null,
  unique (topic, starts_at)
);
comment on table event_segments is 'Time partitions: the table event_log_<id> has what was appended to the topic from starts_at on';

create table event_segment_starts (
  topic smallint not null references event_topics (id),
  part smallint not null,
  first_position bigint not null,
  segment integer not null references event_segments (id) on delete cascade,
  primary key (topic, part, first_position)
);
comment on table event_segment_starts is 'Which segment holds which positions';

create table event_log (
  segment integer not null,
  topic smallint not null,
  part smallint not null,
  position bigint not null,
  event_id uuid not null,
  type text not null,
  terms integer[] not null,
  appended_at timestamptz not null default clock_timestamp(),
  event json not null
) partition by list (segment);
comment on column event_log.terms is 'Hashes of the identifiers that occur in the event: what it can be found by';

create table event_log_roles (
  role name primary key,
  service text not null
);
comment on table event_log_roles is 'Login roles that append as one service only';

create function event_log_term(identifier text) returns integer
language plpgsql immutable strict parallel safe
as $$
declare
  bytes constant bytea := convert_to(identifier, 'UTF8');
  hash bigint := 2166136261;
begin
  if identifier ~ '[0-9a-f]{8}$' then
    return ('x' || right(identifier, 8))::bit(32)::integer;
  end if;
  for nth in 0 .. length(bytes) - 1 loop
    hash := ((hash # get_byte(bytes, nth)) * 16777619) & 4294967295;
  end loop;
  return hash::bit(32)::integer;
end
$$;
comment on function event_log_term is 'The hash by which an identifier is indexed; the same as termOf in terms.ts';

create function event_log_add_segment(of_topic smallint, at timestamptz) returns integer
language plpgsql
as $$
declare
  made integer;
  reader name;
begin
  insert into event_segments (topic, starts_at) values (of_topic, at) returning id into made;
  execute format(
    -- Index entries wait in a list until autovacuum, not an append, puts them in their places.
    'create table event_log_%1$s (like event_log including defaults) with (
       autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
       autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
     create unique index event_log_%1$s_position on event_log_%1$s (part, position);
     create index event_log_%1$s_terms on event_log_%1$s using gin (terms) with (gin_pending_list_limit = 65536);
     alter table event_log attach partition event_log_%1$s for values in (%1$s)',
    made
  );
  for reader in select role from event_log_roles loop
    execute format('grant select on event_log_%s to %I', made, reader);
  end loop;
  return made;
end
$$;

do $$
declare
  each record;
  made integer;
begin
  for each in select id from event_topics order by id loop
    made := event_log_add_segment(
      each.id,
      coalesce((select min(appended_at) from event_log_whole where topic = each.id), now())
    );
    insert into event_log (segment, topic, part, position, event_id, type, terms, appended_at, event)
    select made, w.topic, w.part, w.position, w.event_id, w.type, array(
        select distinct event_log_term(identifier) from (
          select w.event_id::text union select w.event ->> 'subject' union select w.event ->> 'correlationid'
          union
          select value #>> '{}' from jsonb_path_query(
            -- JSONB has no NUL character.
            case when w.event::text like '%\\\\u0000%' then '{}' else jsonb_build_object('data', w.event::jsonb -> 'data') end, '$.data.** ? (@.type() == "string")'
          ) as value
          where value #>> '{}' ~ '^(?=.*[0-9])[^\\u0001-\\u0020]{4,128}$'
        ) as found(identifier) where identifier is not null
      ), w.appended_at, w.event
    from event_log_whole w where w.topic = each.id;
    insert into event_segment_starts (topic, part, first_position, segment)
    select topic, part, min(position), made from event_log_whole where topic = each.id group by topic, part;
    update event_partitions p set segment = made,
      first_position = coalesce((
        select min(position) from event_log_whole w where w.topic = p.topic and w.part = p.part
      ), p.next_position)
    where p.topic = each.id;
  end loop;
end
$$;
drop table event_log_whole;
`
