-- what was placed before there were channels came through the web
alter table carts add column channel text not null default 'web';
alter table orders add column channel text not null default 'web';
