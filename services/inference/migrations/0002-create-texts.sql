-- Public texts with their vectors. Those of a deleted or unpublished subject are emptied; the row stays, so that no late event and no
-- page of a snapshot brings them back.
create table texts (
  kind text not null,
  id uuid not null,
  -- of the subject; a lower one does not replace a higher one
  revision bigint not null,
  title text not null,
  body text not null,
  is_deleted boolean not null,
  -- the word vectors that the vector was made with
  model text not null,
  -- 32-bit floating-point numbers; empty if deleted
  vector bytea not null,
  -- by which a process finds what has changed since it last looked
  changed_by xid8 not null default pg_current_xact_id(),
  primary key (kind, id)
);

create index on texts (kind, changed_by);
