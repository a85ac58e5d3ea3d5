import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manager, startPricing, type PricingApp } from './pricing-app.ts'

let app: PricingApp
beforeAll(async () => {
  app = await startPricing()
})
afterAll(() => app?.service.stop())

const request = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  app.service.request(method, `/api/v1/pricing/${path}`, {
    as: manager,
    headers,
    ...(body === undefined ? {} : { body }),
  })
const eur = (amount: number) => ({ amount, currency: 'EUR' })
const jpy = (amount: number) => ({ amount, currency: 'JPY' })
const promotion = (more: object) => ({
  name: 'P',
  effect: { kind: 'percentage', basisPoints: 1_000 },
  isStackable: true,
  priority: 10,
  isActive: true,
  ...more,
})
const list = (more: object) => ({ name: `list ${newId()}`, currency: 'EUR', taxInclusive: true, ...more })
const dates = { validFrom: '2026-12-24T00:00:00+01:00', validUntil: '2026-12-12T00:00:00Z' }

test.each([
  ['promotions', promotion(dates), '/validUntil'],
  ['promotions', promotion({ skus: [] }), '/skus'],
  ['promotions', promotion({ skus: ['TEA', 'TEE'] }), '/skus/1'],
  ['promotions', promotion({ effect: { kind: 'percentage', basisPoints: 0 } }), '/effect'],
  ['promotions', promotion({ effect: { kind: 'fixed', amount: eur(0) } }), '/effect'],
  [
    'promotions',
    promotion({ effect: { kind: 'fixed', amount: { amount: 5, currency: 'ZZZ' } } }),
    '/effect/amount/currency',
  ],
  [
    'promotions',
    promotion({ effect: { kind: 'fixed', amount: eur(5) }, minSubtotal: jpy(5) }),
    '/minSubtotal/currency',
  ],
  ['price-lists', list(dates), '/validUntil'],
  ['price-lists', list({ currency: 'XXX' }), '/currency'],
  ['price-lists', list({ customerGroup: 'gold' }), '/customerGroup'],
  ['shipping-charges', { region: 'DE', method: 'air', charge: eur(5), freeFrom: jpy(5) }, '/freeFrom/currency'],
  ['shipping-charges', { region: 'DE', method: 'a/b', charge: eur(5) }, '/method'],
  ['shipping-charges', { region: 'DE', method: 'air', charge: { amount: 5, currency: 'XTS' } }, '/charge/currency'],
  ['shipping-charges', { region: 'DE', method: 'air', charge: eur(5) }, '/method'],
  ['shipping-charges', { region: 'AQ', method: 'standard', charge: eur(5) }, '/region'],
  ['shipping-charges', { region: 'ZZ', method: 'standard', charge: eur(5) }, '/region'],
  ['taxes', { region: 'ZZ', taxClass: 'standard', rateBasisPoints: 5 }, '/region'],
  ['taxes', { region: 'DE', taxClass: '..', rateBasisPoints: 5 }, '/taxClass'],
])('refuses %s that can never work with their place (%#)', async (path, body, pointer) => {
  const { status, body: problem } = await request('POST', path, body)
  expect([status, problem.errors.map((each: any) => each.pointer)]).toEqual([422, [pointer]])
})

test('refuses two prices for one quantity, also on replacing', async () => {
  const { body: made } = await request('POST', 'price-lists', list({}))
  const twice = [
    { fromQuantity: 1, amount: 10 },
    { fromQuantity: 1, amount: 20 },
  ]
  const prices = `price-lists/${made.id}/prices`
  const refused = await request('POST', prices, { sku: 'TEA', breaks: twice })
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/breaks/1/fromQuantity'])
  await request('POST', prices, { sku: 'TEA', breaks: twice.slice(1) })
  expect((await request('PUT', `${prices}/TEA`, { breaks: twice }, { 'if-match': '"1"' })).status).toBe(422)
  const empty = await request('PUT', `price-lists/${made.id}`, list(dates), { 'if-match': '"1"' })
  expect([empty.status, empty.body.errors[0].pointer]).toEqual([422, '/validUntil'])
})

test.each([
  ['taxes/NO/reduced', 'taxes', { region: 'NO', taxClass: 'reduced', rateBasisPoints: 1_500 }, 'tax'],
  [
    'shipping-charges/NO/express',
    'shipping-charges',
    { region: 'NO', method: 'express', charge: eur(900) },
    'shipping_charge',
  ],
])('%s is read and deleted under its version, and made again under a newer one', async (path, paths, body, name) => {
  expect((await request('POST', paths, body)).headers.get('etag')).toBe('"1"')
  expect((await request('POST', paths, body)).headers.get('etag')).toBe('"2"')
  expect((await request('GET', path)).body).toMatchObject({ ...body, version: 2 })
  expect((await request('DELETE', path)).status).toBe(428)
  expect((await request('DELETE', path, undefined, { 'if-match': '"1"' })).status).toBe(412)
  expect((await request('DELETE', path, undefined, { 'if-match': '"2"' })).status).toBe(204)
  for (const method of ['GET', 'DELETE']) {
    const gone = await request(method, path, undefined, method === 'GET' ? {} : { 'if-match': '*' })
    expect([gone.status, gone.body.code]).toEqual([404, `pricing.${name}_not_found`])
  }
  expect((await request('POST', paths, body)).headers.get('etag')).toBe('"3"')
  expect((await request('DELETE', path, undefined, { 'if-match': '"2"' })).status).toBe(412)
})

test('a price that is made again after its deletion has another version than any before', async () => {
  const { body: made } = await request('POST', 'price-lists', list({}))
  const prices = `price-lists/${made.id}/prices`
  const price = { sku: 'TEA', breaks: [{ fromQuantity: 1, amount: 10 }] }
  await request('POST', prices, price)
  await request('DELETE', `${prices}/TEA`, undefined, { 'if-match': '"1"' })
  expect((await request('POST', prices, price)).body.version).toBe(2)
})

test('staff manage prices', async () => {
  const as = { subject: newId(), roles: ['staff'] }
  expect((await app.service.request('POST', '/api/v1/pricing/price-lists', { as, body: list({}) })).status).toBe(201)
})
