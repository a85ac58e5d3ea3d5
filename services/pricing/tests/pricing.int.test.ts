import { accessTable } from '@stoa/contracts/auth/roles'
import { productCreated } from '@stoa/contracts/inventory/events'
import { priceChanged, promotionActivated, promotionExhausted } from '@stoa/contracts/pricing/events'
import { pricing, type PricingService } from '@stoa/contracts/pricing/service'
import { userCreated, userUpdated } from '@stoa/contracts/user/events'
import { newId, systemClock } from '@stoa/kernel'
import { txMaker } from '@stoa/service'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedPrices } from '../src/seed.ts'
import { pricingService } from '../src/service.ts'

let service: TestService
let brief: TestService
const manager = { subject: newId(), roles: ['manager'] }

async function start(settings: Record<string, string>): Promise<TestService> {
  const app = await startTestService<PricingService>(pricingService, { access: accessTable, settings })
  const makeTx = txMaker({ service: pricing, clock: systemClock, newId })
  await app.database.transaction((handle) =>
    seedPrices(
      makeTx(handle),
      [
        { sku: 'TEA', amount: 1_000 },
        { sku: 'CUP', amount: 2_000 },
      ],
      { newId },
    ),
  )
  const product = (sku: string, status: string) => ({
    productId: newId(),
    version: 1,
    status,
    name: sku,
    category: 'tea',
    tags: [],
    taxClass: 'reduced',
    variants: [{ sku, name: sku, weightGrams: 100 }],
  })
  for (const [sku, status] of [
    ['TEA', 'active'],
    ['CUP', 'discontinued'],
  ] as const)
    await app.receive(productCreated, newId(), product(sku, status))
  await eventually(async () => expect((await quote(app)).status).toBe(200))
  return app
}

beforeAll(async () => {
  service = await start({})
  brief = await start({ QUOTE_SECONDS: '1' })
})
afterAll(() => Promise.all([service.stop(), brief.stop()]))

const quote = (app: TestService, more: object = {}) =>
  app.request('POST', '/api/v1/pricing/quote', {
    body: { items: [{ sku: 'TEA', quantity: 2 }], region: 'DE', ...more },
  })
const quoteFor = async (customerId: string, more: object = {}) => {
  const { body } = await service.call('Quote', {
    customerId,
    items: [{ sku: 'TEA', quantity: 2 }],
    currency: 'EUR',
    region: 'DE',
    ...more,
  })
  return body.quote.id as string
}
const accept = (quoteId: string, customerId: string, keys: object = {}, orderId = newId()) =>
  service.call('AcceptQuote', { quoteId, orderId, customerId }, keys)
const promote = async (more: object) =>
  (
    await service.request('POST', '/api/v1/pricing/promotions', {
      as: manager,
      body: {
        name: 'P',
        effect: { kind: 'percentage', basisPoints: 1_000 },
        isStackable: true,
        priority: 10,
        isActive: true,
        ...more,
      },
    })
  ).body

test('anybody gets a quote that adds up', async () => {
  const { status, body } = await quote(service)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    subtotal: { amount: 2_000, currency: 'EUR' },
    shipping: { amount: 499, currency: 'EUR' },
    total: { amount: 2_499, currency: 'EUR' },
    tax: { amount: 131, currency: 'EUR' },
  })
  expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now())
})

test('what can not be priced is refused with its place', async () => {
  const refused = async (more: object) => {
    const { status, body } = await quote(service, more)
    return [status, body.code, body.errors[0].pointer]
  }
  expect(
    await refused({
      items: [
        { sku: 'TEA', quantity: 1 },
        { sku: 'CUP', quantity: 1 },
      ],
    }),
  ).toEqual([422, 'pricing.unknown_sku', '/items/1/sku'])
  expect(await refused({ region: 'AQ' })).toEqual([422, 'pricing.region_unknown', '/region'])
  expect(await refused({ couponCodes: ['NONE'] })).toEqual([422, 'pricing.coupon_unknown', '/couponCodes/0'])
  expect(await refused({ shippingMethod: 'pigeon' })).toEqual([
    422,
    'pricing.shipping_method_unknown',
    '/shippingMethod',
  ])
})

test('twenty orders at once take the five uses a coupon has, and no more', async () => {
  const promotion = await promote({ couponCode: 'FIVE', maxUses: 5 })
  const orders = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const customerId = newId()
      return { customerId, quoteId: await quoteFor(customerId, { couponCodes: ['FIVE'] }) }
    }),
  )
  const answers = await Promise.all(orders.map(({ quoteId, customerId }) => accept(quoteId, customerId)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
  const { body } = await service.request('GET', `/api/v1/pricing/promotions/${promotion.id}`, { as: manager })
  expect(body.uses).toBe(5)
  const exhausted = await service.published(promotionExhausted.type)
  expect(exhausted.filter(({ subject }) => subject === promotion.id)).toHaveLength(1)
})

test('a use is taken once for a key, and given back once', async () => {
  const promotion = await promote({ couponCode: 'BACK', maxUses: 1 })
  const customerId = newId()
  const quoteId = await quoteFor(customerId, { couponCodes: ['BACK'] })
  const orderId = newId()
  const key = newId()
  await Promise.all([accept(quoteId, customerId, { key }, orderId), accept(quoteId, customerId, { key }, orderId)])
  const usesOf = async () =>
    (await service.request('GET', `/api/v1/pricing/promotions/${promotion.id}`, { as: manager })).body.uses
  expect(await usesOf()).toBe(1)
  await service.call('ReleaseQuote', { quoteId, orderId }, { compensates: key })
  await service.call('ReleaseQuote', { quoteId, orderId }, { compensates: key })
  expect(await usesOf()).toBe(0)
})

test('an acceptance that comes after its release is refused', async () => {
  const customerId = newId()
  const quoteId = await quoteFor(customerId)
  const orderId = newId()
  const key = newId()
  await service.call('ReleaseQuote', { quoteId, orderId }, { compensates: key })
  expect((await accept(quoteId, customerId, { key }, orderId)).body.code).toBe('failed_precondition')
})

test('a coupon for one use by each customer is refused the second time', async () => {
  const customerId = newId()
  await accept(await quoteFor(customerId, { couponCodes: ['WELCOME10'] }), customerId)
  const again = await service.call('Quote', {
    customerId,
    items: [{ sku: 'TEA', quantity: 1 }],
    region: 'DE',
    couponCodes: ['WELCOME10'],
  })
  expect(again.body.code).toBe('invalid_argument')
})

test('twenty orders at once of one customer take the one use each customer has', async () => {
  const promotion = await promote({ couponCode: 'ONCE', maxUsesPerCustomer: 1 })
  const customerId = newId()
  const quotes = await Promise.all(
    Array.from({ length: 20 }, () => quoteFor(customerId, { couponCodes: ['ONCE', 'FREESHIP'] })),
  )
  const answers = await Promise.all(quotes.map((quoteId) => accept(quoteId, customerId)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  const { body } = await service.request('GET', `/api/v1/pricing/promotions/${promotion.id}`, { as: manager })
  expect(body.uses).toBe(1)
})

test('a basket is priced in one currency, or refused', async () => {
  const refused = async (currency: string) => {
    const { status, body } = await quote(service, { currency })
    return [status, body.code, body.errors?.[0].pointer]
  }
  expect(await refused('JPY')).toEqual([422, 'pricing.currency_unknown', '/currency'])
  const { body: list } = await service.request('POST', '/api/v1/pricing/price-lists', {
    as: manager,
    body: { name: `list ${newId()}`, currency: 'USD', taxInclusive: false },
  })
  await service.request('POST', `/api/v1/pricing/price-lists/${list.id}/prices`, {
    as: manager,
    body: { sku: 'TEA', breaks: [{ fromQuantity: 1, amount: 1_100 }] },
  })
  expect(await refused('USD')).toEqual([422, 'pricing.currency_unknown', '/currency'])
})

test('a list for a tier of accounts counts for those accounts only', async () => {
  const { body: list } = await service.request('POST', '/api/v1/pricing/price-lists', {
    as: manager,
    body: { name: `list ${newId()}`, currency: 'EUR', taxInclusive: true, customerGroup: 'premium' },
  })
  await service.request('POST', `/api/v1/pricing/price-lists/${list.id}/prices`, {
    as: manager,
    body: { sku: 'TEA', breaks: [{ fromQuantity: 1, amount: 700 }] },
  })
  const grace = newId()
  const subtotalFor = async (subject: string) =>
    (
      await service.request('POST', '/api/v1/pricing/quote', {
        as: { subject },
        body: { items: [{ sku: 'TEA', quantity: 1 }], region: 'DE' },
      })
    ).body.subtotal.amount
  await service.receive(userCreated, grace, { userId: grace, kind: 'registered', tier: 'premium', locale: 'en' })
  await eventually(async () => expect(await subtotalFor(grace)).toBe(700))
  expect(await subtotalFor(newId())).toBe(1_000)
  expect((await quote(service)).body.subtotal.amount).toBe(2_000)
  await service.receive(userUpdated, grace, { userId: grace, tier: 'free', status: 'active', locale: 'en' })
  await eventually(async () => expect(await subtotalFor(grace)).toBe(1_000))
})

test('staff quote for a customer, who alone can order by it', async () => {
  const customerId = newId()
  const made = await service.request('POST', '/api/v1/pricing/quote', {
    as: manager,
    body: { customerId, items: [{ sku: 'TEA', quantity: 1 }], region: 'DE' },
  })
  expect((await service.call('GetQuote', { quoteId: made.body.quoteId })).body.quote.customerId).toBe(customerId)
  const own = await service.request('POST', '/api/v1/pricing/quote', {
    as: { subject: customerId },
    body: { customerId: newId(), items: [{ sku: 'TEA', quantity: 1 }], region: 'DE' },
  })
  expect((await service.call('GetQuote', { quoteId: own.body.quoteId })).body.quote.customerId).toBe(customerId)
})

test('a promotion is told when it begins, once', async () => {
  const inHalfASecond = Temporal.Now.instant().add({ milliseconds: 500 }).toString()
  const later = await promote({ validFrom: inHalfASecond, skus: ['NONE'] })
  const never = await promote({ isActive: false, skus: ['NONE'] })
  const told = async (id: string) =>
    (await service.published(promotionActivated.type)).filter(({ subject }) => subject === id).length
  expect(await told(later.id)).toBe(0)
  await eventually(async () => expect(await told(later.id)).toBe(1))
  expect(await told(never.id)).toBe(0)
})

test('another customer’s quote is none, and an expired one is said to be', async () => {
  const quoteId = await quoteFor(newId())
  expect((await accept(quoteId, newId())).body.code).toBe('not_found')
  const { body } = await quote(brief)
  await eventually(async () =>
    expect((await brief.call('GetQuote', { quoteId: body.quoteId })).body.code).toBe('failed_precondition'),
  )
})

test('a price is set, changed under its version, and told', async () => {
  const { body: list } = await service.request('POST', '/api/v1/pricing/price-lists', {
    as: manager,
    body: { name: `list ${newId()}`, currency: 'EUR', taxInclusive: true },
  })
  const prices = `/api/v1/pricing/price-lists/${list.id}/prices`
  const breaks = [{ fromQuantity: 1, amount: 900 }]
  const made = await service.request('POST', prices, { as: manager, body: { sku: 'TEA', breaks } })
  expect(made.status).toBe(201)
  expect((await quote(service)).body.subtotal.amount).toBe(1_800)
  const replace = (ifMatch?: string) =>
    service.request('PUT', `${prices}/TEA`, {
      as: manager,
      body: { breaks },
      ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
    })
  expect((await replace()).status).toBe(428)
  expect((await replace('"9"')).status).toBe(412)
  expect((await replace('"1"')).status).toBe(200)
  const changed = (await service.published(priceChanged.type)).filter(({ data }: any) => data.priceList === list.name)
  expect(changed).toHaveLength(2)
  expect(
    (await service.request('DELETE', `${prices}/TEA`, { as: manager, headers: { 'if-match': '"2"' } })).status,
  ).toBe(204)
  expect((await quote(service)).body.subtotal.amount).toBe(2_000)
})

test('customers do not manage prices', async () => {
  const ada = { subject: newId() }
  expect((await service.request('GET', '/api/v1/pricing/promotions', { as: ada })).status).toBe(403)
  expect((await service.request('GET', '/api/v1/pricing/taxes?limit=3', { as: manager })).body.items).toHaveLength(3)
})
