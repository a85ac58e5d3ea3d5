-- The lists of all accounts, newest first, which administrators page through.
create index session_by_creation on session (created_at desc, id desc);
create index api_key_by_creation on api_key (created_at desc, id desc);
