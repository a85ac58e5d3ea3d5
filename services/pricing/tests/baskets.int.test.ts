import { productCreated } from '@stoa/contracts/inventory/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manager, product, startPricing, type PricingApp } from './pricing-app.ts'

let app: PricingApp

beforeAll(async () => {
  app = await startPricing()
  const { body } = await app.service.request('GET', '/api/v1/pricing/price-lists', { as: manager })
  await setPrice(body.items[0].id, 'POT', [
    { fromQuantity: 1, amount: 1_000 },
    { fromQuantity: 10, amount: 800 },
  ])
  await setPrice(body.items[0].id, 'CASE', [{ fromQuantity: 5, amount: 333 }])
  for (const sku of ['POT', 'CASE']) await app.service.receive(productCreated, newId(), product(sku))
  await eventually(async () => {
    const { status } = await priceOf(['POT', 1], ['CASE', 5])
    if (status !== 200) throw new Error(`not sold yet: ${status}`)
  })
})
afterAll(() => app?.service.stop())

async function setPrice(listId: string, sku: string, breaks: object[]) {
  const path = `/api/v1/pricing/price-lists/${listId}/prices`
  expect((await app.service.request('POST', path, { as: manager, body: { sku, breaks } })).status).toBe(201)
}

type Line = readonly [sku: string, quantity: number]
const itemsOf = (lines: readonly Line[]) => lines.map(([sku, quantity]) => ({ sku, quantity }))
const priceOf = (...lines: readonly Line[]) => app.quote({ items: itemsOf(lines) })
const usesOf = async (id: string) =>
  (await app.service.request('GET', `/api/v1/pricing/promotions/${id}`, { as: manager })).body.uses

test('the units of a SKU are priced together across all lines', async () => {
  const { body } = await priceOf(['POT', 5], ['TEA', 1], ['POT', 5])
  expect(body.lines).toMatchObject([
    { sku: 'POT', quantity: 10, listPrice: { amount: 800 }, total: { amount: 8_000 } },
    { sku: 'TEA', quantity: 1 },
  ])
  expect((await priceOf(['CASE', 3], ['CASE', 2])).body.subtotal.amount).toBe(1_665)
  await app.promote({ couponCode: 'B2G1', effect: { kind: 'buy_x_get_y', buy: 2, free: 1 } })
  const items = itemsOf([
    ['POT', 1],
    ['POT', 1],
    ['POT', 1],
  ])
  expect((await app.quote({ items, couponCodes: ['B2G1'] })).body.discount.amount).toBe(1_000)
})

test('a quantity below the least or above the most names its place and the bound', async () => {
  const few = await priceOf(['TEA', 1], ['CASE', 2], ['CASE', 2])
  expect([few.status, few.body.code, few.body.detail]).toEqual([
    422,
    'pricing.quantity_too_small',
    'The minimum quantity of CASE is 5.',
  ])
  expect(few.body.errors[0].pointer).toBe('/items/1/quantity')
  const many = await priceOf(['TEA', 600], ['POT', 1], ['TEA', 401])
  expect([many.status, many.body.code, many.body.errors[0].pointer]).toEqual([
    422,
    'pricing.quantity_too_large',
    '/items/0/quantity',
  ])
  expect((await priceOf(['TEA', 600], ['TEA', 400])).status).toBe(200)
})

test('a coupon that takes nothing off is said to, and is not used up', async () => {
  const ship = await app.promote({ couponCode: 'SHIP1', effect: { kind: 'free_shipping' }, maxUses: 1 })
  const other = await app.promote({ couponCode: 'OTHER', skus: ['CUP'], maxUses: 1 })
  const items = [{ sku: 'TEA', quantity: 9 }]
  const { body } = await app.service.request('POST', '/api/v1/pricing/quote', {
    as: { subject: newId() },
    body: { items, region: 'DE', couponCodes: ['SHIP1', 'OTHER', 'WELCOME10'] },
  })
  expect([body.couponCodes, body.appliedCouponCodes]).toEqual([['SHIP1', 'OTHER', 'WELCOME10'], ['WELCOME10']])
  const customerId = newId()
  const quoteId = await app.quoteFor(customerId, { items, couponCodes: ['SHIP1', 'OTHER'] })
  expect((await app.accept(quoteId, customerId)).status).toBe(200)
  expect([await usesOf(ship.id), await usesOf(other.id)]).toEqual([0, 0])
  const small = await app.quote({ items: [{ sku: 'TEA', quantity: 1 }], couponCodes: ['SHIP1'] })
  expect([small.body.shipping.amount, small.body.appliedCouponCodes]).toEqual([0, ['SHIP1']])
})

test('a coupon code is taken in any case', async () => {
  const made = await app.promote({ couponCode: 'Summer-5' })
  expect(made.couponCode).toBe('SUMMER-5')
  expect((await app.promote({ couponCode: 'sUMMER-5' })).code).toBe('pricing.code_taken')
  const { body } = await app.quote({ couponCodes: ['summer-5', 'SUMMER-5'] })
  expect([body.couponCodes, body.appliedCouponCodes]).toEqual([['SUMMER-5'], ['SUMMER-5']])
})

test('of several lists the one counts that costs the least with its tax', async () => {
  const list = await app.service.request('POST', '/api/v1/pricing/price-lists', {
    as: manager,
    body: { name: `net ${newId()}`, currency: 'EUR', taxInclusive: false },
  })
  await setPrice(list.body.id, 'POT', [{ fromQuantity: 1, amount: 950 }])
  const { body } = await priceOf(['POT', 1])
  expect(body.lines[0]).toMatchObject({ listPrice: { amount: 1_000 }, taxInclusive: true })
  const path = `/api/v1/pricing/price-lists/${list.body.id}`
  await app.service.request('DELETE', path, { as: manager, headers: { 'if-match': '*' } })
})
