import { userDeleted } from '@stoa/contracts/user/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { promotionExhausted } from '@stoa/contracts/pricing/events'
import { newId } from '@stoa/kernel'
import { migrate } from '@stoa/postgres'
import { migrationsOf } from '@stoa/service'
import { eventually, testDatabase, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { pricingService } from '../src/service.ts'
import { manager, startPricing, type PricingApp } from './pricing-app.ts'

let service: TestService<PricingService>
let app: PricingApp
let brief: PricingApp

beforeAll(async () => {
  app = await startPricing()
  brief = await startPricing({ QUOTE_SECONDS: '1' })
  service = app.service
})
afterAll(() => Promise.all([service.stop(), brief.service.stop()]))

const quote: PricingApp['quote'] = (more) => app.quote(more)
const quoteFor: PricingApp['quoteFor'] = (customerId, more) => app.quoteFor(customerId, more)
const accept: PricingApp['accept'] = (...args) => app.accept(...args)
const promote: PricingApp['promote'] = (more) => app.promote(more)

test('the price of a SKU is that of a quote for it, and nothing is stored', async () => {
  const quotes = async () =>
    (await service.database.read.sql<{ count: number }>`select count(*)::int as count from quotes`)[0]?.count
  const { body: quoted } = await quote({ items: [{ sku: 'TEA', quantity: 3 }] })
  const before = await quotes()
  const read = (path: string) => service.request('GET', `/api/v1/pricing/skus/${path}`)
  const { status, body } = await read('TEA?region=DE&quantity=3')
  expect([status, body]).toEqual([200, quoted.lines[0]])
  const refused = await Promise.all(
    ['NONE?region=DE', 'CUP?region=DE', 'TEA?region=AQ', 'TEA?region=DE&currency=JPY'].map(read),
  )
  expect(refused.map((answer) => answer.body.code)).toEqual([
    'pricing.unknown_sku',
    'pricing.unknown_sku',
    'pricing.region_unknown',
    'pricing.currency_unknown',
  ])
  expect(await quotes()).toBe(before)
})

test('anybody gets a quote that adds up', async () => {
  const { status, body } = await quote()
  expect(status).toBe(200)
  expect(body).toMatchObject({
    subtotal: { amount: 2_000, currency: 'EUR' },
    shipping: { amount: 499, currency: 'EUR' },
    total: { amount: 2_499, currency: 'EUR' },
    tax: { amount: 131 + 33, currency: 'EUR' },
    shippingTax: { amount: 33, currency: 'EUR' },
  })
  expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now())
})

test('what cannot be priced is refused with its place', async () => {
  const refused = async (more: object) => {
    const { status, body } = await quote(more)
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

test('instances of the previous release share the tombstones', async () => {
  const customerId = newId()
  const quoteId = await quoteFor(customerId)
  const [of, here] = [newId(), newId()]
  await service.database.transaction(
    ({ sql }) => sql`insert into withdrawn_acceptances (action_key, at) values (${of}, now()) on conflict do nothing`,
  )
  expect((await accept(quoteId, customerId, { key: of })).body.message).toMatch(/withdrawn/)
  await service.call('ReleaseQuote', { quoteId, orderId: newId() }, { compensates: here })
  const { sql } = service.database.read
  expect(await sql`select 1 as one from withdrawn_acceptances where action_key = ${here}`).toEqual([{ one: 1 }])
})

test('tombstones of the previous release are kept', async () => {
  const sets = await migrationsOf(pricingService)
  const ofBefore = sets.map((set) =>
    set.name === 'pricing' ? { ...set, migrations: set.migrations.slice(0, -1) } : set,
  )
  const own = await testDatabase({ name: 'pricing-before', sets: ofBefore })
  onTestFinished(() => own.close())
  await own.database.transaction(({ sql }) => sql`insert into withdrawn_acceptances values ('saga/accept', now())`)
  await migrate(own.url, sets)
  expect(await own.database.read.sql`select key from withdrawn_call`).toEqual([{ key: 'saga/accept' }])
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

test('a coupon with a limit per customer needs an account with a verified e-mail address', async () => {
  await promote({ couponCode: 'PROVEN', maxUsesPerCustomer: 1 })
  const couponCodes = ['PROVEN']
  const items = [{ sku: 'TEA', quantity: 1 }]
  const quoted = (as?: object) =>
    service.request('POST', '/api/v1/pricing/quote', {
      ...(as === undefined ? {} : { as: as as never }),
      body: { items, region: 'DE', couponCodes },
    })
  const guest = newId()
  app.unverified.add(guest)
  for (const as of [undefined, { subject: guest, roles: ['guest'] }]) {
    const { status, body } = await quoted(as)
    expect([status, body.code, body.errors?.[0].pointer]).toEqual([
      422,
      'pricing.coupon_email_unverified',
      '/couponCodes/0',
    ])
  }
  const ada = newId()
  expect((await quoted({ subject: ada })).status).toBe(200)
  // a quote of before the address was changed
  const quoteId = await quoteFor(ada, { couponCodes })
  app.unverified.add(ada)
  const refused = await accept(quoteId, ada)
  expect([refused.status, refused.body.code]).toEqual([400, 'invalid_argument'])
  expect((await quote({ items })).status).toBe(200)
})

test('a promotion with a limit per customer is not offered to anyone it cannot count', async () => {
  const name = `for one ${newId()}`
  const promotion = await promote({ name, maxUsesPerCustomer: 1, skus: ['TEA'] })
  const names = (body: any) => JSON.stringify(body.lines)
  expect(names((await quote()).body)).not.toContain(name)
  const { body } = await service.call('Quote', {
    customerId: newId(),
    items: [{ sku: 'TEA', quantity: 1 }],
    region: 'DE',
  })
  expect(JSON.stringify(body.quote.lines)).toContain(name)
  const path = `/api/v1/pricing/promotions/${promotion.id}`
  await service.request('DELETE', path, { as: manager, headers: { 'if-match': '*' } })
})

test('accounts of one mailbox count as one customer, however its address is spelled', async () => {
  const promotion = await promote({ couponCode: 'GUEST', maxUsesPerCustomer: 1 })
  const guest = (email: string) => {
    const id = newId()
    app.emails.set(id, email)
    return id
  }
  const [first, second, third, other] = ['g@example.org', 'g+1@example.org', 'G@Example.ORG', 'other@example.org'].map(
    guest,
  )
  const quotes = new Map<string, string>()
  for (const id of [first, second, other]) quotes.set(id ?? '', await quoteFor(id ?? '', { couponCodes: ['GUEST'] }))
  const acceptOf = async (id = '') => (await accept(quotes.get(id) ?? '', id)).status
  expect(await acceptOf(first)).toBe(200)
  expect(await acceptOf(second)).not.toBe(200)
  expect(await acceptOf(other)).toBe(200)
  const again = await service.call('Quote', {
    customerId: third ?? '',
    items: [{ sku: 'TEA', quantity: 1 }],
    region: 'DE',
    couponCodes: ['GUEST'],
  })
  expect(again.body.code).toBe('invalid_argument')
  const kept = await service.database.read.sql<{ text: string }>`
    select u::text as text from coupon_uses u where promotion_id = ${promotion.id}`
  expect(kept).toHaveLength(2)
  expect(kept.map(({ text }) => text).join()).not.toMatch(/example/i)
})

test('erasing an account and registering its mailbox again renews no limit', async () => {
  const promotion = await promote({ couponCode: 'AGAIN', maxUsesPerCustomer: 1 })
  const [first, second] = [newId(), newId()]
  app.emails.set(first, 'dora@example.org')
  app.emails.set(second, 'Dora+new@example.org')
  const quoteId = await quoteFor(second, { couponCodes: ['AGAIN'] })
  expect((await accept(await quoteFor(first, { couponCodes: ['AGAIN'] }), first)).status).toBe(200)
  await service.receive(userDeleted, first, { userId: first })
  await eventually(async () => {
    const kept = await service.database.read.sql<{ text: string }>`
      select u::text as text from coupon_uses u where promotion_id = ${promotion.id}`
    expect(kept).toHaveLength(1)
    expect(kept.map(({ text }) => text).join()).not.toMatch(new RegExp(`example|${first}`, 'i'))
  })
  expect((await accept(quoteId, second)).status).not.toBe(200)
})

test('a basket is priced in one currency, or refused', async () => {
  const refused = async (currency: string) => {
    const { status, body } = await quote({ currency })
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

test('another customer’s quote is none, and an expired one is said to be', async () => {
  const quoteId = await quoteFor(newId())
  expect((await accept(quoteId, newId())).body.code).toBe('not_found')
  const { body } = await brief.quote()
  await eventually(async () =>
    expect((await brief.service.call('GetQuote', { quoteId: body.quoteId })).body.code).toBe('failed_precondition'),
  )
})

test('reconciliation sees what orders have accepted and used up, and uses that belong to none', async () => {
  const promotion = await promote({ couponCode: 'SEEN', maxUses: 9 })
  const customerId = newId()
  const ids = [newId(), newId(), newId()].toSorted()
  const [first, second, orphan] = ids as [string, string, string]
  const quoteId = await quoteFor(customerId, { couponCodes: ['SEEN'] })
  const other = await quoteFor(customerId)
  expect((await accept(quoteId, customerId, {}, first)).status).toBe(200)
  expect((await accept(other, customerId, {}, second)).status).toBe(200)
  await service.call('ReleaseQuote', { quoteId: other, orderId: second })
  await service.database.transaction(
    (tx) => tx.sql`
      insert into coupon_uses (promotion_id, order_id, customer_id) values (${promotion.id}, ${orphan}, ${customerId})`,
  )
  const listed = async (wanted: object) => (await service.call('ListAcceptances', wanted)).body.acceptances
  const all = [
    expect.objectContaining({ orderId: first, quoteId, uses: 1 }),
    expect.objectContaining({ orderId: second, quoteId: other, released: true }),
    { orderId: orphan, uses: 1 },
  ]
  expect(await listed({ orderIds: [orphan, second, first, newId()] })).toEqual(expect.arrayContaining(all))
  expect(await listed({ range: { after: first, limit: 10 } })).toEqual(all.slice(1))
  expect(await listed({ range: { after: first, limit: 1 } })).toEqual(all.slice(1, 2))
  expect(await listed({ range: { after: first, upTo: second, limit: 10 } })).toEqual(all.slice(1, 2))

  const { body } = await service.call('CheckPromotions', { limit: 1_000 })
  expect(body.differences).toEqual([{ promotionId: promotion.id, name: 'P', uses: 1, noted: 2 }])
  await service.database.transaction((tx) => tx.sql`delete from coupon_uses where order_id = ${orphan}`)
  const { body: repaired } = await service.call('CheckPromotions', { limit: 1_000 })
  expect([repaired.differences, repaired.promotions > 0]).toEqual([undefined, true])
})
