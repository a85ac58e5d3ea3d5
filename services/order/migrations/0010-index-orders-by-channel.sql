create index concurrently if not exists orders_by_channel on orders (channel, id desc);
