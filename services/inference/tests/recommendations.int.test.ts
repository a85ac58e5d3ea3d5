import { productDeleted } from '@stoa/contracts/inventory/events'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLearned } from '../src/store/learned.ts'
import { startInference, type InferenceApp } from './inference-app.ts'

// in the order of their ids, as inventory returns them: ids of one millisecond have none
const [first = '', second = ''] = [newId(), newId()].toSorted()
const seeded = [
  { productId: first, sku: 'SEEDED-1' },
  { productId: second, sku: 'SEEDED-2' },
]
let app: InferenceApp
beforeAll(async () => {
  app = await startInference(seeded)
})
afterAll(() => app.service.stop())

const customer = (subject: string) => ({ subject, roles: ['customer'] })
const names = (items: readonly { name: string; reason: string }[]) => items.map(({ name, reason }) => [name, reason])
let made = 0
/** Products of their own for a test. */
async function products(...letters: string[]) {
  const test = ++made
  const skus = letters.map((letter) => `T${test}-${letter}`)
  return { skus, ids: await Promise.all(skus.map((sku) => app.product(sku))) }
}

test('products that have no events are copied from the snapshot, page by page', async () => {
  await eventually(async () => {
    const rows = await app.service.database.read.sql<{ sku: string }>`
      select sku from product_skus where sku like 'SEEDED%' order by sku`
    expect(rows.map(({ sku }) => sku)).toEqual(['SEEDED-1', 'SEEDED-2'])
  })
  await eventually(async () => {
    const rows = await app.service.database.read.sql`select from training_state where products_copied_at is not null`
    expect(rows).toHaveLength(1)
  })
})

test('what two orders have together is recommended, what one order has is not, and popular products fill the list', async () => {
  const { skus, ids } = await products('A', 'B', 'C')
  const [a = '', b = '', c = ''] = skus
  await app.order([a, b])
  await app.order([a, c])
  expect((await app.recommend(`productId=${ids[0]}`)).filter(({ reason }) => reason === 'bought_together')).toEqual([])
  await app.order([b, a, a])
  const items = await app.recommend(`productId=${ids[0]}&limit=50`)
  expect(names(items).slice(0, 1)).toEqual([[`Product ${b}`, 'bought_together']])
  expect(items[0]).toMatchObject({ productId: ids[1], skus: [b], category: 'tea' })
  expect(names(items)).toContainEqual([`Product ${c}`, 'popular'])
  expect(items.map(({ productId }) => productId)).not.toContain(ids[0])
  expect(new Set(items.map(({ productId }) => productId)).size).toBe(items.length)
  const popular = await app.recommend('limit=50')
  expect(popular.map(({ productId }) => productId)).toContain(ids[0])
})

test('discontinued and deleted products are left out', async () => {
  const { skus, ids } = await products('A', 'B', 'C')
  await app.order(skus)
  await app.order(skus)
  const [a = '', b = '', c = ''] = ids
  const before = await app.recommend(`productId=${a}&limit=50`)
  expect(before.map(({ productId }) => productId)).toEqual(expect.arrayContaining([b, c]))
  await app.discontinue(b, skus[1] ?? '')
  await app.service.receive(productDeleted, c, { productId: c, skus: skus.slice(2) })
  await eventually(async () => {
    const items = await app.recommend(`productId=${a}&limit=50`)
    expect(items.filter(({ productId }) => [b, c].includes(productId))).toEqual([])
  })
})

test('a customer gets what belongs to their own purchases, and none of those again', async () => {
  const { skus, ids } = await products('A', 'B', 'X', 'Y')
  const [a = '', b = '', x = '', y = ''] = skus
  const [ada, other] = [newId(), newId()]
  await app.order([x, y], other)
  await app.order([x, y], other)
  await app.order([a, b])
  await app.order([a, b])
  await app.order([a], ada)
  const items = await app.recommend(`customerId=${ada}&limit=50`, customer(ada))
  expect(names(items.filter(({ reason }) => reason === 'bought_together'))).toEqual([
    [`Product ${b}`, 'bought_together'],
  ])
  expect(items.map(({ productId }) => productId)).not.toContain(ids[0])
})

test('a customer asks only about themselves; staff may ask about any; the response is private', async () => {
  const ada = newId()
  const path = `/api/v1/recommendations?customerId=${ada}`
  const own = await app.service.request('GET', path, { as: customer(ada) })
  expect([own.status, own.headers.get('cache-control')]).toEqual([200, 'private, no-cache'])
  expect((await app.service.request('GET', path, { as: { subject: newId(), roles: ['staff'] } })).status).toBe(200)
  for (const as of [customer(newId()), undefined]) {
    const { status, body } = await app.service.request('GET', path, as === undefined ? {} : { as })
    expect([status, body.code]).toEqual([404, 'inference.customer_not_found'])
  }
  const both = await app.service.request('GET', `${path}&productId=${newId()}`, { as: customer(ada) })
  expect([both.status, both.body.code]).toEqual([422, 'inference.subject_ambiguous'])
  const anonymous = await app.service.request('GET', `/api/v1/recommendations?productId=${newId()}`)
  expect([anonymous.status, anonymous.headers.get('cache-control')]).toEqual([
    200,
    'public, max-age=60, stale-while-revalidate=300',
  ])
})

test('an order of a hundred lines writes at most 400 rows of pairs', async () => {
  const before = await app.count('pair_weights')
  await app.order(Array.from({ length: 100 }, (_, index) => `MANY-${index}`))
  expect((await app.count('pair_weights')) - before).toBe(400)
})

test('replicas that count the same SKUs at once wait for each other, and lose nothing', async () => {
  const skus = ['RACE-1', 'RACE-2', 'RACE-3']
  const item = { weight: 1, orders: 1 }
  const count = (order: readonly string[]) =>
    app.service.database.transaction((tx) =>
      addLearned(tx, {
        items: new Map(order.map((sku) => [sku, item])),
        pairs: order.slice(1).map((otherSku) => ({ sku: order[0] ?? '', otherSku, ...item })),
      }),
    )
  await Promise.all(Array.from({ length: 20 }, (_, replica) => count(replica % 2 === 0 ? skus : skus.toReversed())))
  const rows = await app.service.database.read.sql<{ sku: string; orders: number }>`
    select sku, orders from item_weights where sku like 'RACE%' order by sku`
  expect(rows.map(({ orders }) => orders)).toEqual([20, 20, 20])
  const [pairs] = await app.service.database.read.sql<{ sum: number }>`
    select sum(orders)::int as sum from pair_weights where sku like 'RACE%'`
  expect(pairs).toEqual({ sum: 20 * 2 * 2 })
})

test('a prune keeps the hundred strongest pairs of a SKU, and drops decayed ones', async () => {
  const { database } = app.service
  await database.transaction(async (tx) => {
    await tx.sql`insert into pair_weights (sku, other_sku, weight, orders)
      select 'HUB', 'N-' || number, 1e6 + number, 2 from generate_series(1, 150) as given (number)`
    await tx.sql`insert into pair_weights (sku, other_sku, weight, orders) values ('OLD', 'PAIR', 1e-9, 5)`
    // more than are pruned at once
    await tx.sql`insert into item_weights (sku, weight, orders)
      select 'FILLER-' || number, 1, 1 from generate_series(1, 450) as given (number)
      union all values ('HUB', 1, 1), ('OLD', 1, 1)`
  })
  expect(await app.service.runTask('prune-training', {})).toMatchObject({ status: 'completed' })
  const rows = await database.read.sql<{ sku: string; count: number; least: number }>`
    select sku, count(*), min(weight) as least from pair_weights where sku in ('HUB', 'OLD') group by sku`
  expect(rows).toEqual([{ sku: 'HUB', count: 100, least: 1_000_051 }])
})

test('what is kept of a customer is exported, bounded, and erased; a late order of theirs is counted without them', async () => {
  const ada = newId()
  await app.order(['KEPT-1', 'KEPT-2'], ada)
  const exported = await app.service.request('GET', `/personal-data/${ada}`, { as: customer(ada) })
  expect(exported.body).toMatchObject({ purchases: [{ sku: 'KEPT-1', orders: 1 }, { sku: 'KEPT-2' }] })
  for (let order = 0; order < 2; order++)
    await app.order(
      Array.from({ length: 90 }, (_, index) => `KEPT-${order}-${index}`),
      ada,
    )
  const kept = () => app.service.database.read.sql`select from purchases where customer_id = ${ada}`
  expect(await kept()).toHaveLength(100)
  await app.service.receive(userDeleted, ada, { userId: ada })
  await eventually(async () => expect(await kept()).toEqual([]))
  await app.order(['KEPT-1', 'KEPT-2'], ada)
  expect(await kept()).toEqual([])
})
