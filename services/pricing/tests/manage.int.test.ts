import { productCreated, productDeleted, productUpdated } from '@stoa/contracts/inventory/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { priceChanged, promotionActivated } from '@stoa/contracts/pricing/events'
import { userCreated, userDeleted, userUpdated } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findQuote, purgeQuotes } from '../src/store/quotes.ts'
import { personalData } from '../src/use-cases/follow-others.ts'
import { manager, product, startPricing, type PricingApp } from './pricing-app.ts'

let service: TestService<PricingService>
let app: PricingApp

beforeAll(async () => {
  app = await startPricing()
  service = app.service
})
afterAll(() => service.stop())

const quote: PricingApp['quote'] = (more) => app.quote(more)
const promote: PricingApp['promote'] = (more) => app.promote(more)

test('a list for a tier of accounts counts for those accounts only', async () => {
  const name = `list ${newId()}`
  const { body: list } = await service.request('POST', '/api/v1/pricing/price-lists', {
    as: manager,
    body: { name, currency: 'EUR', taxInclusive: true, customerGroup: 'premium' },
  })
  await service.request('POST', `/api/v1/pricing/price-lists/${list.id}/prices`, {
    as: manager,
    body: { sku: 'TEA', breaks: [{ fromQuantity: 1, amount: 700 }] },
  })
  const grace = newId()
  const quoteFor = async (subject: string) =>
    (
      await service.request('POST', '/api/v1/pricing/quote', {
        as: { subject },
        body: { items: [{ sku: 'TEA', quantity: 1 }], region: 'DE' },
      })
    ).body
  const subtotalFor = async (subject: string) => (await quoteFor(subject)).subtotal.amount
  await service.receive(userCreated, grace, { userId: grace, kind: 'registered', tier: 'premium', locale: 'en' })
  await eventually(async () => expect(await subtotalFor(grace)).toBe(700))
  expect((await quoteFor(grace)).lines[0].priceList).toBe(name)
  expect(await subtotalFor(newId())).toBe(1_000)
  expect((await quote()).body.subtotal.amount).toBe(2_000)
  await service.receive(userUpdated, grace, { userId: grace, tier: 'free', status: 'active', locale: 'en' })
  await eventually(async () => expect(await subtotalFor(grace)).toBe(1_000))
})

test('what is told late of an erased account is dropped', async () => {
  const grace = newId()
  const tier = async () => (await personalData.export(grace, service.database.read)).tier
  const state = { userId: grace, tier: 'premium', status: 'active', locale: 'en' } as const
  await service.receive(userCreated, grace, { userId: grace, kind: 'registered', tier: 'premium', locale: 'en' })
  await eventually(async () => expect(await tier()).toBe('premium'))
  await service.receive(userDeleted, grace, { userId: grace })
  await eventually(async () => expect(await tier()).not.toBe('premium'))
  const other = newId()
  await service.receive(userUpdated, grace, state)
  await service.receive(userUpdated, other, { ...state, userId: other })
  const tierOfOther = async () => (await personalData.export(other, service.database.read)).tier
  await eventually(async () => expect(await tierOfOther()).toBe('premium'))
  await eventually(async () => {
    const [row] = await service.database.read.sql<{ handled: number }>`select count(*)::int as handled from inbox`
    expect(row?.handled).toBeGreaterThanOrEqual(4)
  })
  expect(await tier()).not.toBe('premium')
})

test('a promotion is told when it begins, once', async () => {
  const inHalfASecond = Temporal.Now.instant().add({ milliseconds: 500 }).toString()
  const later = await promote({ validFrom: inHalfASecond, skus: ['CUP'] })
  const never = await promote({ isActive: false, skus: ['CUP'] })
  const told = async (id: string) =>
    (await service.published(promotionActivated.type)).filter(({ subject }) => subject === id).length
  expect(await told(later.id)).toBe(0)
  await eventually(async () => expect(await told(later.id)).toBe(1))
  expect(await told(never.id)).toBe(0)
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
  expect((await quote()).body.subtotal.amount).toBe(1_800)
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
  expect((await quote()).body.subtotal.amount).toBe(2_000)
})

test('a product that is taken off sale is not priced any more', async () => {
  const pot = product('TEA-POT')
  const { body: lists } = await service.request('GET', '/api/v1/pricing/price-lists', { as: manager })
  const { id } = lists.items.find(({ name }: { name: string }) => name === 'retail')
  await service.request('POST', `/api/v1/pricing/price-lists/${id}/prices`, {
    as: manager,
    body: {
      sku: 'TEA-POT',
      breaks: [
        { fromQuantity: 1, amount: 3_000 },
        { fromQuantity: 10, amount: 2_500 },
      ],
    },
  })
  const price = (quantity: number) => quote({ items: [{ sku: 'TEA-POT', quantity }] })
  await service.receive(productCreated, pot.productId, pot)
  await eventually(async () => expect((await price(1)).body.subtotal?.amount).toBe(3_000))
  expect((await price(10)).body.subtotal.amount).toBe(25_000)
  await service.receive(productUpdated, pot.productId, { ...pot, version: 2, status: 'discontinued' })
  await eventually(async () => expect((await price(1)).body.code).toBe('pricing.unknown_sku'))
  await service.receive(productUpdated, pot.productId, { ...pot, version: 3 })
  await eventually(async () => expect((await price(1)).status).toBe(200))
  await service.receive(productDeleted, pot.productId, { productId: pot.productId, skus: ['TEA-POT'] })
  await eventually(async () => expect((await price(1)).body.code).toBe('pricing.unknown_sku'))
})

test('a promotion is replaced and ended, its code is its own', async () => {
  const made = await promote({ couponCode: 'MINE', priority: 500 })
  const path = `/api/v1/pricing/promotions/${made.id}`
  const { id, uses, version, ...fields } = made
  expect([typeof id, uses, version]).toEqual(['string', 0, 1])
  expect((await promote({ couponCode: 'MINE' })).code).toBe('pricing.code_taken')
  const replace = (body: object, ifMatch: string) =>
    service.request('PUT', path, { as: manager, body, headers: { 'if-match': ifMatch } })
  expect((await replace({ ...fields, couponCode: 'FREESHIP' }, '"1"')).body.code).toBe('pricing.code_taken')
  const ended = await replace({ ...fields, isActive: false }, '"1"')
  expect([ended.status, ended.body.version]).toEqual([200, 2])
  expect((await quote({ couponCodes: ['MINE'] })).body.code).toBe('pricing.coupon_unknown')
  await replace(fields, '"2"')
  expect((await quote({ couponCodes: ['MINE'] })).body.discount.amount).toBe(200)
  const told = (await service.published(promotionActivated.type)).filter(({ subject }) => subject === made.id)
  expect(told).toHaveLength(2)
  expect((await service.request('DELETE', path, { as: manager, headers: { 'if-match': '"3"' } })).status).toBe(204)
  expect((await service.request('GET', path, { as: manager })).body.code).toBe('pricing.promotion_not_found')
})

test('a region is sold to once it has taxes and a shipping charge', async () => {
  const set = (what: string, body: object) =>
    service.request('POST', `/api/v1/pricing/${what}`, { as: manager, body: { region: 'NO', ...body } })
  const toNorway = () => quote({ region: 'NO' })
  await set('taxes', { taxClass: 'reduced', rateBasisPoints: 1_500 })
  expect((await toNorway()).body.code).toBe('pricing.shipping_method_unknown')
  await set('shipping-charges', { method: 'standard', charge: { amount: 1_499, currency: 'EUR' } })
  expect((await toNorway()).body).toMatchObject({ tax: { amount: 261 + 196 }, total: { amount: 3_499 } })
  expect((await set('taxes', { taxClass: 'reduced', rateBasisPoints: 0 })).body.version).toBe(2)
  expect((await toNorway()).body.tax.amount).toBe(0)
})

test('a product that takes the SKU of a deleted one over is sold, in whatever order both are heard of', async () => {
  const [old, heir] = [product('MOVED', { version: 7 }), product('MOVED')]
  const { body: lists } = await service.request('GET', '/api/v1/pricing/price-lists', { as: manager })
  const { id } = lists.items.find(({ name }: { name: string }) => name === 'retail')
  const body = { sku: 'MOVED', breaks: [{ fromQuantity: 1, amount: 500 }] }
  await service.request('POST', `/api/v1/pricing/price-lists/${id}/prices`, { as: manager, body })
  const statusOf = async () => (await quote({ items: [{ sku: 'MOVED', quantity: 1 }] })).status
  await service.receive(productCreated, old.productId, old)
  await eventually(async () => expect(await statusOf()).toBe(200))
  await service.receive(productCreated, heir.productId, heir)
  await service.receive(productDeleted, old.productId, { productId: old.productId, skus: ['MOVED'] })
  const owners = async () =>
    (await service.database.read.sql<{ id: string }>`select product_id as id from sellable where sku = 'MOVED'`).map(
      (row) => row.id,
    )
  await eventually(async () => expect(await owners()).toEqual([heir.productId]))
  expect(await statusOf()).toBe(200)
})

test('quotes that ended before a time are forgotten, others are kept', async () => {
  const { body } = await quote()
  const { read } = service.database
  const isKept = async () => (await findQuote(read, body.quoteId)) !== undefined
  const end = Temporal.Instant.from(body.expiresAt)
  await service.database.transaction((tx) => purgeQuotes(tx, end))
  expect(await isKept()).toBe(true)
  await service.database.transaction((tx) => purgeQuotes(tx, end.add({ milliseconds: 1 })))
  expect(await isKept()).toBe(false)
})

test('who used a coupon is forgotten with the account, that it was used is not', async () => {
  const promotion = await promote({ couponCode: 'KEEP', maxUses: 3 })
  const customerId = newId()
  await app.accept(await app.quoteFor(customerId, { couponCodes: ['KEEP'] }), customerId)
  const { read } = service.database
  const held = () => personalData.export(customerId, read)
  expect((await held()).couponUses).toHaveLength(1)
  await service.receive(userDeleted, customerId, { userId: customerId })
  await eventually(async () => expect((await held()).couponUses).toEqual([]))
  const { body } = await service.request('GET', `/api/v1/pricing/promotions/${promotion.id}`, { as: manager })
  expect(body.uses).toBe(1)
})

test('customers do not manage prices', async () => {
  const ada = { subject: newId() }
  expect((await service.request('GET', '/api/v1/pricing/promotions', { as: ada })).status).toBe(403)
  expect((await service.request('GET', '/api/v1/pricing/taxes?limit=3', { as: manager })).body.items).toHaveLength(3)
})
