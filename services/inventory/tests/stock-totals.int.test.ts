import { readMigrations } from '@stoa/postgres'
import { testDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareStock } from '../src/store/stock-books.ts'

const warehouse = '0198c0de-0000-7000-8000-000000000001'
let own: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  const migrations = await readMigrations(new URL('../migrations/', import.meta.url))
  own = await testDatabase({ name: 'stock', sets: [{ name: 'inventory', migrations }] })
  await own.database.transaction(async ({ sql }) => {
    await sql`insert into warehouses (id, code, name, country) values (${warehouse}, 'A', 'A', 'DE')`
    await sql`insert into stock (sku, warehouse_id) select 'S' || n, ${warehouse} from generate_series(1, 20) as n`
  })
})
afterAll(() => own.close())

/** Moves every stock by one unit, this many times. */
const move = (times: number) =>
  own.database.transaction(async ({ sql }) => {
    await sql`
      insert into stock_movements (id, sku, warehouse_id, delta, reason, at)
      select gen_random_uuid(), 'S' || n, ${warehouse}, 1, 'sale', now()
      from generate_series(1, 20) as n, generate_series(1, ${times}::int)`
    await sql`update stock set on_hand = on_hand + ${times}`
  })

/** Compares all stock, and returns how many movements were read for it. */
const compare = () =>
  own.database.transaction(async (tx) => {
    const { differences, places } = await compareStock(tx, '', 100)
    const [row] = await tx.sql<{ read: number }>`
      select (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as read
      from pg_stat_xact_user_tables where relname = 'stock_movements'`
    return { differences, places, read: row?.read }
  })

test('comparing stock reads as much after 40,000 movements as after 20', async () => {
  await move(1)
  expect(await compare()).toEqual({ differences: [], places: 20, read: 0 })
  await move(1_999)
  expect(await compare()).toEqual({ differences: [], places: 20, read: 0 })
})

test('finds stock that was changed without a movement, and a movement that changed no stock', async () => {
  const change = (delta: number) =>
    own.database.transaction(async ({ sql }) => {
      await sql`update stock set on_hand = on_hand - ${delta} where sku = 'S3'`
      await sql`
        insert into stock_movements (id, sku, warehouse_id, delta, reason, at)
        values (gen_random_uuid(), 'S5', ${warehouse}, ${4 * delta}, 'sale', now()),
               (gen_random_uuid(), 'S5', ${warehouse}, ${3 * delta}, 'sale', now())`
    })
  await change(1)
  const { differences } = await compare()
  expect(differences.map(({ sku, onHand, moved }) => ({ sku, by: onHand - moved }))).toEqual([
    { sku: 'S3', by: -1 },
    { sku: 'S5', by: -7 },
  ])
  await change(-1)
  expect((await compare()).differences).toEqual([])
})

test('two movements of one stock at once are both in its sum', async () => {
  const before = await compare()
  await Promise.all(Array.from({ length: 20 }, () => move(1)))
  expect(await compare()).toEqual(before)
})
