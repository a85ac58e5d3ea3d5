import type { MigrationSet } from '@stoa/postgres'

/** The tables of the event store and of the positions of projections, in the database of the service that owns them. */
export const eventSourcingMigrations: MigrationSet = {
  name: 'platform-eventsourcing',
  migrations: [
    {
      name: '0001-event-store',
      sql: `
        -- the version of each stream: an append locks the row
        create table event_streams (
          category text not null,
          stream_id text not null,
          version integer not null check (version > 0),
          last_recorded_at timestamptz not null,
          primary key (category, stream_id)
        ) with (fillfactor = 70);

        -- The last position. Its row is locked from the insert of events, which is sent together with the COMMIT, until the
        -- COMMIT is written: positions have no gaps, and become visible in their order.
        create table event_counter (
          id integer primary key default 1 check (id = 1),
          position bigint not null
        ) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        insert into event_counter (position) values (0);

        create table stored_events (
          position bigint primary key,
          category text not null,
          stream_id text not null,
          version integer not null,
          type text not null,
          type_version integer not null,
          data jsonb not null,
          command_id text not null,
          recorded_by text,
          recorded_at timestamptz not null,
          unique (category, stream_id, version)
        );

        create function keep_stored_event() returns trigger language plpgsql as $$
        begin
          raise exception 'event % is stored: it can neither be changed nor deleted', old.position;
        end
        $$;
        create trigger keep_stored_events before update or delete on stored_events
          for each row execute function keep_stored_event();

        create table event_snapshots (
          category text not null,
          stream_id text not null,
          version integer not null,
          state_version integer not null,
          state jsonb not null,
          primary key (category, stream_id)
        );

        -- One row for each read model that is live, and one for each that is being built beside it.
        create table projections (
          name text not null,
          generation integer not null,
          version integer not null,
          position bigint not null default 0,
          is_live boolean not null,
          -- of one that has stopped: the event at which it failed, and why
          failed_position bigint,
          failures integer not null default 0,
          error text,
          retry_at timestamptz,
          primary key (name, generation)
        ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        create unique index projections_live on projections (name) where is_live;
        create unique index projections_building on projections (name) where not is_live;`,
    },
    {
      name: '0002-commands-and-snapshots',
      sql: `
        -- a repeated command is found in front of a snapshot without reading the stream
        create index stored_events_of_command on stored_events (category, stream_id, command_id);

        -- during a deployment each release keeps snapshots of its own state
        alter table event_snapshots drop constraint event_snapshots_pkey,
          add primary key (category, stream_id, state_version);

        create function keep_stored_events() returns trigger language plpgsql as $$
        begin
          raise exception 'events are stored: they can neither be changed nor deleted';
        end
        $$;
        create trigger keep_all_stored_events before truncate on stored_events
          for each statement execute function keep_stored_events();`,
    },
  ],
}
