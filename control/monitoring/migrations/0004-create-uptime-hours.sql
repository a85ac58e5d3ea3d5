-- As uptime_days, for the hours of the last month.
create table uptime_hours (
  service text not null,
  hour timestamptz not null,
  scrapes integer not null,
  succeeded integer not null,
  primary key (hour, service)
);
