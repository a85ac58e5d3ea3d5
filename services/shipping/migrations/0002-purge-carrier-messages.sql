create index carrier_messages_by_time on carrier_messages (at);
