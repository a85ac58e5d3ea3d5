import { migrationsOf } from '@stoa/service'
import { testDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pricingService } from '../src/service.ts'
import { comparePromotions } from '../src/store/acceptances.ts'

const promotion = '0198c0de-0000-7000-8000-000000000001'
let own: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  own = await testDatabase({ name: 'uses', sets: await migrationsOf(pricingService) })
  await own.database.transaction(
    ({ sql }) => sql`
      insert into promotions (id, name, coupon_code, effect, is_stackable, priority, is_active)
      values (${promotion}, 'Spring', 'SPRING', '{"kind": "free_shipping"}', true, 1, true)`,
  )
})
afterAll(() => own.close())

/** Compares all promotions, and returns how many uses were read for it. */
const compare = () =>
  own.database.transaction(async (tx) => {
    const books = await comparePromotions(tx, undefined, 100)
    const [row] = await tx.sql<{ read: number }>`
      select coalesce(sum(seq_tup_read + coalesce(i.idx_tup_read, 0)), 0)::int as read
      from pg_stat_xact_user_tables t, lateral (
        select sum(pg_stat_get_xact_tuples_returned(indexrelid)) as idx_tup_read from pg_index where indrelid = t.relid
      ) as i where relname = 'coupon_uses'`
    return { noted: books.find(({ id }) => id === promotion)?.noted, read: row?.read }
  })
const use = (times: number) =>
  own.database.transaction(
    ({ sql }) => sql`
      insert into coupon_uses (promotion_id, order_id, customer_id)
      select ${promotion}, gen_random_uuid(), gen_random_uuid() from generate_series(1, ${times}::int)`,
  )

test('comparing promotions reads as much after 20,000 uses as after 20', async () => {
  expect(await compare()).toEqual({ noted: 0, read: 0 })
  await use(20)
  expect(await compare()).toEqual({ noted: 20, read: 0 })
  await use(19_980)
  expect(await compare()).toEqual({ noted: 20_000, read: 0 })
})

test('uses that are given back are no longer counted, and no use changes its promotion', async () => {
  await own.database.transaction(
    ({ sql }) => sql`delete from coupon_uses where order_id in (select order_id from coupon_uses limit 5)`,
  )
  expect((await compare()).noted).toBe(19_995)
  const move = own.database.transaction(({ sql }) => sql`update coupon_uses set promotion_id = gen_random_uuid()`)
  await expect(move).rejects.toThrow('keep their promotion')
})
