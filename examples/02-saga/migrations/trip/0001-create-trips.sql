create table trips (
  id uuid primary key,
  status text not null,
  reason text
);
