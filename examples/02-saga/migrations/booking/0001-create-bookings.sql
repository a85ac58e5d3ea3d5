create table bookings (
  trip_id uuid primary key,
  -- the key of the call that made it, permanently
  action_key text not null unique
);
