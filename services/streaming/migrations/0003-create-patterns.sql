-- What a pattern remembers of a key: the events that can still belong to a match.
create table pattern_keys (
  stream text not null,
  -- the canonical text of key_fields
  key text not null,
  key_fields jsonb not null,
  -- the person in the key, for erasure
  customer_id text,
  marks jsonb not null,
  -- the watermark at which it can change without another event
  wake_at timestamptz not null,
  primary key (stream, key)
) with (fillfactor = 50);

create index pattern_keys_wake on pattern_keys (stream, wake_at);
create index pattern_keys_customer on pattern_keys (customer_id) where customer_id is not null;

-- The matches of patterns, also those that were withdrawn.
create table pattern_matches (
  stream text not null,
  key text not null,
  -- the first of its events
  match_id uuid not null,
  key_fields jsonb not null,
  customer_id text,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  event_ids jsonb not null,
  is_withdrawn boolean not null,
  -- no event can change it any more
  is_final boolean not null,
  -- found before a reset, and not yet again
  is_stale boolean not null default false,
  revision bigint not null,
  detected_at timestamptz not null,
  primary key (stream, key, match_id)
);

create index pattern_matches_latest on pattern_matches (stream, detected_at);
create index pattern_matches_old on pattern_matches (detected_at);
create index pattern_matches_stale on pattern_matches (stream, ends_at) where is_stale;
create index pattern_matches_customer on pattern_matches (customer_id) where customer_id is not null;

-- Events that did not count because a limit was reached.
alter table streams add column dropped_events bigint not null default 0;
