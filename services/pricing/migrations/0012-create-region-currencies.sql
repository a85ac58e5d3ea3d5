-- the currency in which a region is sold to; the channel `all` counts for those without an entry of their own
create table region_currencies (
  region char(2) not null,
  channel text not null,
  currency char(3) not null,
  version integer not null default 1,
  primary key (region, channel)
);
