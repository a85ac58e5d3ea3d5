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

/** The tables of HTTP: records of idempotency keys. */
export const httpMigrations: MigrationSet = {
  name: 'http',
  migrations: [{ name: '0001-create-idempotency-records', sql: createIdempotencyRecords }],
}
