create table bookings (
  trip_id uuid primary key,
  -- the key of the call that made it, permanently
  action_key text not null unique
);

-- what was cancelled before it was booked: a call with this key that comes late is refused
create table withdrawn (
  action_key text primary key
);
