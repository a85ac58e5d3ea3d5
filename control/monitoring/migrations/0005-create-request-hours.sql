-- The requests of each service in the hours of the last month, and those that failed: metrics are kept for hours only.
create table request_hours (
  service text not null,
  hour timestamptz not null,
  requests bigint not null,
  failed bigint not null,
  primary key (hour, service)
);
