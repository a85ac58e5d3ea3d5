create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- Finds the matching words of a text that still has its accents.
create text search configuration search_highlight (copy = english);
alter text search configuration search_highlight alter mapping for hword, hword_part, word with unaccent, english_stem;

-- The versions of the index. Queries read product_documents, which is the live one; the one that is being built is
-- product_documents_next, which later takes its place. Version 1 is empty until the first build, except for what events bring.
create table product_indexes (
  version integer primary key,
  state text not null check (state in ('building', 'live', 'retired', 'cancelled')),
  -- the structure of its documents, by the code that built it; 0 of the first one, which no code has built
  shape integer not null,
  -- when it ended
  documents integer not null default 0,
  started_at timestamptz not null,
  live_at timestamptz
);

insert into product_indexes (version, state, shape, started_at, live_at) values (1, 'live', 0, now(), now());

-- One row. Everyone who writes documents holds it for share, so that the start and the end of a build, and each page of it,
-- which lock it, have no concurrent writers.
create table index_writers (
  is_building boolean not null
);

insert into index_writers values (false);

create table product_documents (
  product_id uuid primary key,
  -- the version of the product in inventory: an older one never replaces a newer one
  version bigint not null,
  status text not null,
  name text not null,
  description text not null,
  category text not null,
  -- the category and all its ancestors
  categories text[] not null,
  tags text[] not null,
  skus text[] not null,
  name_key text collate "C" not null,
  -- of the cheapest SKU
  price bigint,
  currency char(3),
  words tsvector not null
);

create index on product_documents using gin (words);
create index on product_documents using gin (skus);
create index on product_documents using gin (categories);
create index on product_documents using gin (tags);

-- A deleted product stays deleted, even if an older event or page of a snapshot arrives later.
create table deleted_products (
  product_id uuid primary key,
  deleted_at timestamptz not null
);

-- The read copy of the list prices. Every SKU of a document has a row, so that the document and a new price wait for each other.
create table list_prices (
  sku text primary key,
  amount bigint,
  currency char(3),
  -- whether pricing published it; a snapshot of inventory does not replace it then
  is_published boolean not null default false
);

-- The words of all documents there have been. A correction is offered only if it finds products.
create table vocabulary (
  word text collate "C" primary key
);

create index on vocabulary using gin (word gin_trgm_ops);

-- The query of parsed words: each group is words with | between them, of which one must match as a prefix or by its stem. Words
-- consist of letters and digits, so they cannot contain operators.
create function search_query(groups text[], phrases text[], excluded text[]) returns tsquery
  language plpgsql immutable as $$
declare
  result tsquery := '';
  one_of tsquery;
  part text;
  word text;
begin
  foreach part in array groups loop
    one_of := '';
    foreach word in array string_to_array(part, '|') loop
      one_of := one_of || to_tsquery('simple', word || ':*') || to_tsquery('english', word);
    end loop;
    result := result && one_of;
  end loop;
  foreach part in array phrases loop
    result := result && phraseto_tsquery('simple', part);
  end loop;
  foreach part in array excluded loop
    result := result && !! (phraseto_tsquery('simple', part) || phraseto_tsquery('english', part));
  end loop;
  return result;
end $$;

-- Words that may have been meant by an unknown one: similar ones, those of about its length with its first letter, because a typo
-- near the start leaves few trigrams in common, and those with its first two letters swapped.
create function similar_words(wanted text) returns setof text
  language sql stable set pg_trgm.similarity_threshold = 0.25 as $$
    (select word from vocabulary where word % wanted order by similarity(word, wanted) desc limit 50)
    union
    (select word from vocabulary
      where word >= left(wanted, 1) and word < left(wanted, 1) || chr(1114111)
        and length(word) between length(wanted) - 1 and length(wanted) + 1
      limit 500)
    union
    (select word from vocabulary
      where word >= reverse(left(wanted, 2)) and word < reverse(left(wanted, 2)) || chr(1114111)
        and length(word) between length(wanted) - 1 and length(wanted) + 1
      limit 500)
  $$;
