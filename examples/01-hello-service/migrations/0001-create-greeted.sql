create table greeted (
  name text primary key,
  times integer not null
);
