import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newProduct, startInventory, type InventoryApp } from './inventory-app.ts'

let app: InventoryApp
beforeAll(async () => {
  app = await startInventory()
})
afterAll(() => app.service.stop())

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const set = (sku: string, unitCost: object, as?: { subject: string; roles?: string[] }) =>
  app.ask('PUT', `/api/v1/inventory/costs/${sku}`, { body: { unitCost }, ...(as && { as }) })
const costsOf = async (...skus: string[]) =>
  (await app.ask('GET', `/api/v1/inventory/costs?${skus.map((sku) => `sku=${sku}`).join('&')}`)).body.items
const published = async (sku: string) =>
  (await app.service.published()).filter(({ subject }) => subject === sku).map(({ type, data }) => [type, data])

test('staff set what a unit costs; the event of a change is published once', async () => {
  await app.stocked('COST-A')
  await app.stocked('COST-B')
  expect(await set('COST-A', eur(250))).toMatchObject({ status: 200, body: { sku: 'COST-A', unitCost: eur(250) } })
  expect((await set('COST-A', eur(250))).status).toBe(200)
  expect(await costsOf('COST-A', 'COST-B', 'COST-NONE')).toEqual([{ sku: 'COST-A', unitCost: eur(250) }])
  await set('COST-B', eur(300))
  const first = (await app.ask('GET', '/api/v1/inventory/costs?limit=1')).body
  const second = (await app.ask('GET', `/api/v1/inventory/costs?limit=1&cursor=${first.nextCursor}`)).body
  expect([first.items, second]).toMatchObject([[{ sku: 'COST-A' }], { items: [{ sku: 'COST-B' }] }])
  expect(second).not.toHaveProperty('nextCursor')
  expect((await app.ask('DELETE', '/api/v1/inventory/costs/COST-A')).status).toBe(204)
  expect(await costsOf('COST-A')).toEqual([])
  expect(await published('COST-A')).toEqual([
    ['inventory.cost_changed', { sku: 'COST-A', unitCost: eur(250) }],
    ['inventory.cost_changed', { sku: 'COST-A' }],
  ])
})

test('is in the currency of list prices, and of a SKU that a product has', async () => {
  await app.stocked('COST-C')
  expect(await set('COST-C', { amount: 1, currency: 'CHF' })).toMatchObject({
    status: 422,
    body: { code: 'inventory.cost_currency_invalid', errors: [{ pointer: '/unitCost/currency' }] },
  })
  expect((await set('COST-C', eur(-1))).status).toBe(422)
  expect(await set('COST-NONE', eur(1))).toMatchObject({ status: 404, body: { code: 'product.not_found' } })
})

test('no customer and no analyst sees it, neither by its operations nor in what a product says', async () => {
  const product = await app.stocked('COST-D')
  await set('COST-D', eur(987_654))
  for (const as of [
    { subject: newId() },
    { subject: newId(), roles: ['guest'] },
    { subject: newId(), roles: ['analyst'] },
  ]) {
    expect((await app.ask('GET', '/api/v1/inventory/costs?sku=COST-D', { as })).status).toBe(403)
    expect((await set('COST-D', eur(1), as)).status).toBe(403)
  }
  // what order, pricing and search copy, and what staff write
  const variants = [{ ...newProduct('COST-D').variants[0], name: 'renamed' }]
  await app.ask('PATCH', `/api/v1/products/${product.id}`, { body: { variants } })
  const said = [
    await app.ask('GET', `/api/v1/products/${product.id}`),
    await app.call('GetVariants', { skus: ['COST-D'] }),
    await app.call('SnapshotProducts', { limit: 100 }),
    (await app.service.published()).filter(({ type }) => type !== 'inventory.cost_changed'),
  ]
  expect(JSON.stringify(said.map((each) => ('body' in each ? each.body : each)))).not.toContain('987654')
  // a change of the product leaves it
  expect(await costsOf('COST-D')).toEqual([{ sku: 'COST-D', unitCost: eur(987_654) }])
})

test('is gone with its SKU', async () => {
  const product = await app.stocked('COST-E')
  await set('COST-E', eur(5))
  expect((await app.ask('DELETE', `/api/v1/products/${product.id}`, { headers: { 'if-match': '*' } })).status).toBe(204)
  expect((await published('COST-E')).at(-1)).toEqual(['inventory.cost_changed', { sku: 'COST-E' }])
  await app.stocked('COST-E')
  expect(await costsOf('COST-E')).toEqual([])
})
