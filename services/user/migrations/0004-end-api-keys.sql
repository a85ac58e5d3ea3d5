-- whether the change that asks that the sessions end asks that the API keys end, too
alter table users add column api_keys_end boolean not null default false;
