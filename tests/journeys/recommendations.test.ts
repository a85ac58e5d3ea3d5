import { expect, test } from 'vitest'
import { ask, eventually, newCustomer, place, signIn } from './shop.ts'

const [first, second] = ['WARE-CAST-IRON-TEAPOT-ARARE-800-ML', 'TEA-MATCHA-CEREMONIAL-UJI-100']

async function productOf(sku: string): Promise<string> {
  const { body } = await ask('GET', `/api/v1/search?q=${sku}`)
  return body.items.find(({ skus }: { skus: string[] }) => skus.includes(sku)).id
}

test('what two customers order together is recommended to others, and to a customer from their own orders', async () => {
  const [productId, otherId] = await Promise.all([productOf(first), productOf(second)])
  const items = [first, second].map((sku) => ({ sku, quantity: 1 }))
  for (const customer of [await newCustomer(), await newCustomer()])
    expect((await place(customer, { items })).body.status).toBe('confirmed')
  await eventually(async () => {
    // past the cache, which is shared for a minute
    const headers = { 'cache-control': 'no-cache' }
    const { status, body } = await ask('GET', `/api/v1/recommendations?productId=${productId}`, { headers })
    expect([status, body.basedOn]).toEqual([200, 'product'])
    expect(body.items).toContainEqual(expect.objectContaining({ productId: otherId, reason: 'bought_together' }))
  })

  const customer = await newCustomer()
  const own = `/api/v1/recommendations?customerId=${customer.id}&limit=50`
  const before = await ask('GET', own, { as: customer.token })
  expect([before.status, before.body.basedOn]).toEqual([200, 'customer'])
  expect(before.body.items.filter(({ reason }: { reason: string }) => reason !== 'popular')).toEqual([])
  expect((await place(customer, { items: items.slice(0, 1) })).body.status).toBe('confirmed')
  await eventually(async () => {
    const { body } = await ask('GET', own, { as: customer.token })
    expect(body.items).toContainEqual(expect.objectContaining({ productId: otherId, reason: 'bought_together' }))
    expect(body.items.map((item: { productId: string }) => item.productId)).not.toContain(productId)
  })
  const stranger = await newCustomer()
  expect((await ask('GET', own, { as: stranger.token })).status).toBe(404)
  expect((await ask('GET', own)).status).toBe(404)
})

test('staff apply a model by the action of its path', async () => {
  const staff = await signIn('staff@stoa.example')
  const inputs = [{ amountRatio: 0.02, countryMismatch: false, paymentsLastHour: 0 }]
  const { status, body } = await ask('POST', '/api/v1/inference/fraud-score:predict', { as: staff, body: { inputs } })
  expect([status, body.model, body.outputs.length]).toEqual([200, 'fraud-score', 1])
  expect((await ask('POST', '/api/v1/inference/fraud-score:train', { as: staff, body: { inputs } })).status).toBe(404)
})
