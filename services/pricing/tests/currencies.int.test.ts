import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manager, startPricing, type PricingApp } from './pricing-app.ts'

let app: PricingApp
beforeAll(async () => {
  app = await startPricing({ SHOP_CURRENCY: 'SEK' })
})
afterAll(() => app.service.stop())

const path = '/api/v1/pricing/currencies'
const ask = (method: string, more: string, body?: object, headers: Record<string, string> = {}) =>
  app.service.request(method, path + more, { as: manager, headers, ...(body && { body }) })
const currencyOf = async (region: string, channel = '') =>
  (await app.service.call('FindCurrency', { region, channel })).body.currency

test('a region is sold to in the currency of its channel, that of all channels, or that of the shop', async () => {
  expect(await currencyOf('NO')).toBe('SEK')
  const all = await ask('POST', '', { region: 'NO', channel: 'all', currency: 'NOK' })
  expect([all.status, all.body]).toEqual([201, { region: 'NO', channel: 'all', currency: 'NOK', version: 1 }])
  await ask('POST', '', { region: 'NO', channel: 'app', currency: 'EUR' })
  expect(await Promise.all(['', 'web', 'phone', 'app'].map((channel) => currencyOf('NO', channel)))).toEqual([
    'NOK',
    'NOK',
    'NOK',
    'EUR',
  ])
  expect(await currencyOf('DK')).toBe('EUR')
})

test('quotes and prices without a currency are in that of the region and channel, and a stated one wins', async () => {
  const { body: list } = await app.service.request('POST', '/api/v1/pricing/price-lists', {
    as: manager,
    body: { name: `francs ${newId()}`, currency: 'CHF', taxInclusive: true },
  })
  await app.service.request('POST', `/api/v1/pricing/price-lists/${list.id}/prices`, {
    as: manager,
    body: { sku: 'TEA', breaks: [{ fromQuantity: 1, amount: 1_100 }] },
  })
  const inFrancs = (amount: number) => ({ amount, currency: 'CHF' })
  await app.service.request('POST', '/api/v1/pricing/shipping-charges', {
    as: manager,
    body: { region: 'CH', method: 'standard', charge: inFrancs(900) },
  })
  const quoted = async (more: object = {}) => {
    const { status, body } = await app.quote({ region: 'CH', ...more })
    return status === 200 ? body.subtotal : body.code
  }
  // the seed sells to all of its regions in euros, and the charge is in francs
  expect(await quoted()).toBe('pricing.currency_unknown')
  await ask('POST', '', { region: 'CH', channel: 'app', currency: 'CHF' })
  expect(await quoted({ channel: 'web' })).toBe('pricing.currency_unknown')
  expect(await quoted({ channel: 'app' })).toEqual(inFrancs(2_200))
  expect(await quoted({ channel: 'app', currency: 'EUR' })).toBe('pricing.currency_unknown')
  expect(await quoted({ currency: 'CHF' })).toEqual(inFrancs(2_200))
  await ask('POST', '', { region: 'CH', channel: 'all', currency: 'CHF' })
  expect(await quoted()).toEqual(inFrancs(2_200))
  const one = await app.service.request('GET', '/api/v1/pricing/skus/TEA?region=CH')
  expect(one.body.listPrice).toEqual(inFrancs(1_100))
  const items = [{ sku: 'TEA', quantity: 2 }]
  const { body } = await app.service.call('Quote', { customerId: newId(), items, region: 'CH', channel: 'web' })
  expect(body.quote.subtotal).toEqual({ amount: '2200', currency: 'CHF' })
})

test('staff set, read, list and delete currencies; a deleted one counts no longer', async () => {
  const own = { region: 'IS', channel: 'phone', currency: 'ISK' }
  expect((await app.service.request('GET', path, { as: { subject: newId() } })).status).toBe(403)
  const wrong = await ask('POST', '', { ...own, currency: 'ZZZ' })
  expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/currency'])
  expect((await ask('POST', '', { ...own, channel: 'fax' })).status).toBe(422)
  await ask('POST', '', own)
  const again = await ask('POST', '', { ...own, currency: 'EUR' })
  expect(again.body).toMatchObject({ currency: 'EUR', version: 2 })
  expect((await ask('GET', '/IS/phone')).body).toEqual(again.body)
  const { body: page } = await ask('GET', '?limit=200')
  expect(page.items).toContainEqual(again.body)
  expect((await ask('DELETE', '/IS/phone', undefined, { 'if-match': '"1"' })).status).toBe(412)
  expect((await ask('DELETE', '/IS/phone', undefined, { 'if-match': '"2"' })).status).toBe(204)
  expect(await currencyOf('IS', 'phone')).toBe('SEK')
  expect((await ask('GET', '/IS/phone')).body.code).toBe('pricing.currency_not_found')
  expect((await ask('DELETE', '/IS/phone', undefined, { 'if-match': '*' })).body.code).toBe(
    'pricing.currency_not_found',
  )
})
