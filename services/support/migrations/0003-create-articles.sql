-- The dictionary of a locale; texts in other languages are searched word by word as they are.
create function article_dictionary(locale text) returns regconfig immutable parallel safe language sql
  return case left(locale, 2)
    when 'de' then 'pg_catalog.german'::regconfig
    when 'en' then 'pg_catalog.english'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'it' then 'pg_catalog.italian'::regconfig
    else 'pg_catalog.simple'::regconfig
  end;

create table articles (
  id uuid primary key,
  key text not null,
  locale text not null,
  topic text not null,
  latest_version integer not null,
  -- null for a draft
  published_version integer,
  published_at timestamptz,
  updated_at timestamptz not null,
  -- of the published version
  words tsvector,
  revision integer not null default 1,
  unique (key, locale)
);

create index articles_by_words on articles using gin (words) where published_version is not null;

create table article_versions (
  article_id uuid not null references articles (id) on delete cascade,
  version integer not null,
  title text not null,
  body text not null,
  -- null after the account of the author is erased
  author_id uuid,
  created_at timestamptz not null,
  primary key (article_id, version)
);

create index article_versions_of_author on article_versions (author_id) where author_id is not null;

create table article_feedback (
  article_id uuid not null references articles (id) on delete cascade,
  user_id uuid not null,
  helpful boolean not null,
  comment text,
  voted_at timestamptz not null,
  primary key (article_id, user_id)
);

create index article_feedback_of_user on article_feedback (user_id);
