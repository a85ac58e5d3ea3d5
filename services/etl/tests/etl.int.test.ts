import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { orderCancelled, orderCreated } from '@stoa/contracts/order/events'
import { etl } from '@stoa/contracts/etl/service'
import { paymentCompleted, paymentInitiated } from '@stoa/contracts/payment/events'
import { inventoryCostChanged, productUpdated } from '@stoa/contracts/inventory/events'
import { newId } from '@stoa/kernel'
import { enqueue } from '@stoa/tasks'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLake, type LakeKit } from './lake-kit.ts'

let kit: LakeKit
beforeAll(async () => {
  kit = await startLake()
})
afterAll(() => kit.stop())

const analyst = { subject: newId(), roles: ['analyst'] }

async function run(pipeline: string) {
  const { status, body } = await kit.service.request('POST', `/api/v1/pipelines/${pipeline}/runs`, {
    as: analyst,
    headers: { prefer: 'wait=30' },
  })
  expect([status, body]).toMatchObject([202, { state: 'succeeded' }])
  return body
}

test('a run brings the events of orders into the lake and the star schema, line by line, to the cent', async () => {
  const details = { tax: 160, discount: 50, country: 'US', channel: 'app' } as const
  const orderId = await kit.order({ amount: 1_001, shipping: 499, sku: 'TEA', details })
  const payment = { paymentId: newId(), orderId, customerId: newId(), amount: { amount: 1_500, currency: 'EUR' } }
  const paid = { ...payment, provider: 'stripe', methodKind: 'wallet' } as const
  await kit.service.receive(paymentInitiated, payment.paymentId, paid)
  await kit.service.receive(paymentCompleted, payment.paymentId, paid)
  await kit.staged(4)
  const { steps } = await run('star-schema')
  expect(steps).toMatchObject([
    { name: 'flush-events', rowsRead: 4, rowsWritten: 4 },
    { name: 'build-star', rowsRead: 4, rowsWritten: 3 },
  ])
  expect(await kit.query('star/fact_sales', 'select * exclude (placed_at, day) from TABLE order by line desc')).toEqual(
    [
      {
        order_id: orderId,
        order_number: `S-${orderId.slice(-6)}`,
        line: 1,
        kind: 'goods',
        sku: 'TEA',
        currency: 'EUR',
        status: 'confirmed',
        is_confirmed: true,
        country: 'US',
        region: 'NY',
        channel: 'app',
        price_list: 'retail',
        payment_provider: 'stripe',
        payment_method: 'wallet',
        quantity: '2',
        amount: '1001',
        tax: '160',
        discount: '50',
        cost: null,
      },
      expect.objectContaining({ line: 0, kind: 'shipping', quantity: '0', amount: '499', tax: '10', discount: '0' }),
    ],
  )
  // nothing has changed: nothing is written
  const again = await run('star-schema')
  expect(again.steps).toMatchObject([{ skipped: true }, { skipped: true, versions: steps[1].versions }])
})

test('goods have the cost that was set last when they were ordered, in the currency of the order', async () => {
  const cost = (amount: number | undefined, currency = 'EUR') =>
    kit.service.receive(inventoryCostChanged, 'MUG', {
      sku: 'MUG',
      ...(amount === undefined ? {} : { unitCost: { amount, currency } }),
    })
  const orders: string[] = []
  for (const change of [undefined, () => cost(200), () => cost(300), () => cost(7, 'CHF'), () => cost(undefined)]) {
    await change?.()
    orders.push(await kit.order({ amount: 1_000, sku: 'MUG' }))
  }
  await kit.staged(14)
  await run('star-schema')
  const rows = await kit.query(
    'star/fact_sales',
    `select order_id, cost from TABLE where sku = 'MUG' order by placed_at, cost`,
  )
  const costs = new Map(rows.map(({ order_id: id, cost: of }) => [id, of]))
  expect(orders.map((id) => costs.get(id))).toEqual([null, '400', '600', null, null])
})

test('a cancelled order keeps its place in the facts, and a product has the name of its last version', async () => {
  // as a release before 1.1.0 of the events of orders has published it
  const orderId = await kit.order({ amount: 500, sku: 'CUP' })
  const ends = { orderId, number: 'S-1', customerId: newId(), reason: 'changed their mind' }
  await kit.service.receive(orderCancelled, orderId, ends)
  const productId = newId()
  for (const [version, name] of [
    [2, 'New cup'],
    [1, 'Old cup'],
  ] as const) {
    const variants = [{ sku: 'CUP', name: 'Blue', weightGrams: 1 }]
    const rest = { status: 'active', category: 'cups', tags: [], taxClass: 'standard' } as const
    await kit.service.receive(productUpdated, productId, { productId, version, name, variants, ...rest })
  }
  await kit.staged(5)
  await run('star-schema')
  const [fact] = await kit.query(
    'star/fact_sales',
    `select status, is_confirmed, payment_method from TABLE where order_id = '${orderId}'`,
  )
  expect(fact).toEqual({ status: 'cancelled', is_confirmed: true, payment_method: null })
  expect(await kit.query('star/dim_product', 'select sku, product_name, category from TABLE')).toEqual([
    { sku: 'CUP', product_name: 'New cup', category: 'cups' },
  ])
})

test('what the other pipeline has moved into the lake is built into the star schema by the schedule', async () => {
  const orderId = await kit.order({ amount: 700 })
  await kit.staged(2)
  await run('events-to-lake')
  const runs = async () =>
    (await kit.service.request('GET', '/api/v1/pipelines/star-schema/runs', { as: analyst })).body.items
  const before = await runs()
  await kit.service.runTask('schedule-star-schema', {})
  await eventually(async () => {
    const [last] = await runs()
    expect(last).toMatchObject({ trigger: 'schedule', state: 'succeeded' })
  })
  expect(await kit.query('star/fact_sales', `select amount from TABLE where order_id = '${orderId}'`)).toHaveLength(1)
  // an idle shop has no runs
  await kit.service.runTask('schedule-star-schema', {})
  expect(await runs()).toHaveLength(before.length + 1)
})

test('what is personal in an event is in no file of the lake', async () => {
  const customerId = newId()
  const orderId = newId()
  const total = { amount: 1, currency: 'EUR' }
  await kit.service.receive(orderCreated, orderId, { orderId, number: 'S-PLANTED', customerId, total, lines: [] })
  const reason = 'call Ada-Planted-Lovelace'
  await kit.service.receive(orderCancelled, orderId, { orderId, number: 'S-PLANTED', customerId, reason })
  await kit.staged(2)
  await run('star-schema')
  const rows = await kit.query('events', `select data, subject from TABLE where subject = '${orderId}'`)
  expect(rows).toHaveLength(2)
  expect(JSON.stringify(rows)).toContain('S-PLANTED')
  const tables = ['events', 'star/fact_sales']
  const texts = await Promise.all(tables.map((table) => kit.query(table, 'select * from TABLE')))
  for (const planted of [customerId, 'Ada-Planted']) expect(JSON.stringify(texts)).not.toContain(planted)
  const names = await readdir(kit.lake, { recursive: true, withFileTypes: true })
  const files = names.filter((each) => each.isFile())
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name))
    for (const planted of [customerId, 'Ada-Planted']) expect(bytes.includes(planted)).toBe(false)
  }
  expect(files.length).toBeGreaterThan(5)
})

test('runs are listed with what they did; a run that fails says why and can be started again', async () => {
  const listed = await kit.service.request('GET', '/api/v1/pipelines', { as: analyst })
  expect(listed.body.items.map(({ name }: { name: string }) => name)).toEqual(['events-to-lake', 'star-schema'])
  const { body } = await kit.service.request('GET', '/api/v1/pipelines/star-schema/runs?limit=1', { as: analyst })
  expect(body.items).toMatchObject([{ pipeline: 'star-schema', state: 'succeeded', trigger: 'request' }])
  const customer = { subject: newId(), roles: ['customer'] }
  expect((await kit.service.request('GET', '/api/v1/pipelines', { as: customer })).status).toBe(403)

  await kit.service.database.transaction(({ sql }) => sql`update flushes set number = number + 1`)
  const failed = await kit.service.request('POST', '/api/v1/pipelines/events-to-lake/runs', {
    as: analyst,
    headers: { prefer: 'wait=30' },
  })
  expect(failed.body).toMatchObject({ state: 'failed', error: expect.stringContaining('restore the folder') })
  await kit.service.database.transaction(({ sql }) => sql`update flushes set number = number - 1`)
  await run('events-to-lake')
})

test('a run whose process was stopped for hours is continued if its task is still to come, and ended if not', async () => {
  const [waiting, cutOff] = [newId(), newId()]
  await kit.service.database.transaction(async (tx) => {
    await tx.sql`
      insert into runs (id, pipeline, state, trigger, attempts, created_at, started_at)
      select id, pipeline, 'running', 'schedule', 1, now() - interval '7 hours', now() - interval '7 hours'
      from (values (${waiting}::uuid, 'events-to-lake'), (${cutOff}::uuid, 'star-schema')) as r (id, pipeline)`
    await enqueue(
      tx,
      etl,
      'run-pipeline',
      { pipeline: 'events-to-lake' },
      { key: 'events-to-lake', delayMs: 3_600_000 },
    )
  })
  await kit.service.runTask('prune-lake', {})
  const stateOf = async (pipeline: string, id: string) =>
    (await kit.service.request('GET', `/api/v1/pipelines/${pipeline}/runs/${id}`, { as: analyst })).body
  expect(await stateOf('events-to-lake', waiting)).toMatchObject({ state: 'running' })
  expect(await stateOf('star-schema', cutOff)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('stopped'),
  })
  await kit.service.database.transaction(({ sql }) => sql`update tasks set run_at = now() where key = 'events-to-lake'`)
  await eventually(async () => expect(await stateOf('events-to-lake', waiting)).toMatchObject({ state: 'succeeded' }))
})
