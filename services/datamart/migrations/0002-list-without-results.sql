-- What a list shows, so that it need not read and unpack the results. Generated, as an earlier release writes only the result.
alter table reports
  add column facts jsonb generated always as (result - 'rows') stored,
  add column row_count integer generated always as (jsonb_array_length(result -> 'rows')) stored,
  -- when it was repeated; null if it never was
  add column queued_at timestamptz;
