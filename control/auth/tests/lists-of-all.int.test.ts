import { readMigrations } from '@stoa/postgres'
import { testDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listApiKeysOf } from '../src/store/api-keys.ts'
import { listSessionsOf } from '../src/store/sessions.ts'

let own: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  const migrations = await readMigrations(new URL('../migrations/', import.meta.url))
  own = await testDatabase({ name: 'lists', sets: [{ name: 'auth', migrations }] })
  await own.database.transaction(async ({ sql }) => {
    await sql`
      insert into session (id, user_id, client_id, methods, payload, created_at, last_used_at, expires_at)
      select 's' || n, gen_random_uuid(), 'shop', '{pwd}', '{}', now() - n * interval '1 second', now(), now() + interval '1 hour'
      from generate_series(1, 5000) as n`
    await sql`
      insert into api_key (id, user_id, name, prefix, fingerprint, scopes, created_at, expires_at)
      select gen_random_uuid(), gen_random_uuid(), 'k' || n, 'p', n::text, '{}', now() - n * interval '1 second',
             now() + interval '1 hour' from generate_series(1, 5000) as n`
    await sql`analyze`
  })
})
afterAll(() => own.close())

test.each([
  ['sessions', 'session', listSessionsOf],
  ['API keys', 'api_key', listApiKeysOf],
] as const)('a page of the %s of all accounts reads only what it returns', async (_, table, list) => {
  const wanted = { userId: undefined, now: Temporal.Now.instant(), limit: 50 }
  await own.database.transaction(async (tx) => {
    const first = await list(tx, { ...wanted, after: undefined })
    const last = first.at(-1)
    expect(last).toBeDefined()
    const second = await list(tx, { ...wanted, after: last })
    expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(100)
    const [row] = await tx.sql<{ read: number }>`
      select (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as read
      from pg_stat_xact_user_tables where relname = ${table}`
    expect(row?.read).toBeLessThan(150)
  })
})
