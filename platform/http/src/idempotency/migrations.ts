import type { MigrationSet } from '@stoa/postgres'

const createIdempotencyRecords = `
  create table public.idempotency_records (
    operation text not null,
    subject text not null,
    key text not null,
    fingerprint bytea not null,
    -- null: begun (its effect waits for a provider) and not ended
    status smallint,
    resource_id text,
    -- json, not jsonb: a repeat gets the same bytes
    answer json,
    begun json,
    created_at timestamptz not null default now(),
    primary key (operation, subject, key)
  );
  create index idempotency_records_created_at on public.idempotency_records using brin (created_at);
`

// Each statement of the function has its own snapshot, so that the second sees what was committed before the first got the lock.
const lockIdempotencyRecord = `
  create function public.lock_idempotency_record(lock_name text, of_operation text, of_subject text, of_key text)
  returns table (is_found boolean, fingerprint bytea, status smallint, resource_id text, answer json, begun json)
  language plpgsql as $$
  begin
    if pg_try_advisory_xact_lock(hashtextextended(lock_name, 0)) then
      return query
        select r.operation is not null, r.fingerprint, r.status, r.resource_id, r.answer, r.begun
          from (select) one left join public.idempotency_records r
            on r.operation = of_operation and r.subject = of_subject and r.key = of_key;
    end if;
  end
  $$;
  comment on function public.lock_idempotency_record(text, text, text, text) is
    'Begins a transaction of a key under its lock: one row, with the record of the key if there is one; no row while another transaction has the lock';
`

/** The tables of HTTP: records of idempotency keys. */
export const httpMigrations: MigrationSet = {
  name: 'http',
  migrations: [
    { name: '0001-create-idempotency-records', sql: createIdempotencyRecords },
    { name: '0002-lock-idempotency-record', sql: lockIdempotencyRecord },
  ],
}
