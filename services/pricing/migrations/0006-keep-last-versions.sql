-- the last version of what was deleted under a natural key: what is made under it again continues from there
create table last_versions (
  kind text not null,
  key text not null,
  version integer not null,
  primary key (kind, key)
);
