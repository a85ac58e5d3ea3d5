create table parcels (
  id uuid primary key,
  dispatched_by text,
  labelled_by text,
  announced_by text
);
