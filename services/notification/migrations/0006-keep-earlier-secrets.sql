-- [{"secret": base64, "until": time}], the newest first: a secret that was replaced more than once within a day, as after a response that was
-- lost, still signs until its time is over. An older release signs without them.
alter table webhook_endpoints add column earlier_secrets jsonb not null default '[]';
