import { priceChanged } from '@stoa/contracts/pricing/events'
import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manager, startPricing, type PricingApp } from './pricing-app.ts'

let app: PricingApp
beforeAll(async () => {
  app = await startPricing()
})
afterAll(() => app?.service.stop())

const lists = '/api/v1/pricing/price-lists'
const request = (method: string, path: string, body?: object, version = '*') =>
  app.service.request(method, path, {
    as: manager,
    ...(method === 'POST' ? {} : { headers: { 'if-match': version } }),
    ...(body === undefined ? {} : { body }),
  })
const description = (more: object = {}) => ({ name: `list ${newId()}`, currency: 'EUR', taxInclusive: true, ...more })
const breaks = (amount: number, fromQuantity = 1) => [{ fromQuantity, amount }]

/** A list with the price of one TEA. */
async function listWithTea(): Promise<{ readonly id: string; readonly name: string }> {
  const { body } = await request('POST', lists, description())
  expect((await request('POST', `${lists}/${body.id}/prices`, { sku: 'TEA', breaks: breaks(900) })).status).toBe(201)
  return body
}

/** What is published of a list, oldest first: each amount, and whether the price is removed. */
async function publishedOf(name: string): Promise<(number | string)[]> {
  const events = (await app.service.published(priceChanged.type)).map(({ data }) => data as any)
  return events
    .filter(({ priceList }) => priceList === name)
    .map(({ price, isRemoved }) => (isRemoved === true ? `${price.amount} removed` : price.amount))
}

test('a price that is deleted is published as removed', async () => {
  const { id, name } = await listWithTea()
  expect((await request('DELETE', `${lists}/${id}/prices/TEA`)).status).toBe(204)
  expect(await publishedOf(name)).toEqual([900, '900 removed'])
})

test('a price list that is deleted publishes each of its prices as removed', async () => {
  const { id, name } = await listWithTea()
  await request('POST', `${lists}/${id}/prices`, { sku: 'CUP', breaks: breaks(300) })
  expect((await request('DELETE', `${lists}/${id}`, undefined, '"9"')).status).toBe(412)
  expect((await request('DELETE', `${lists}/${id}`)).status).toBe(204)
  // the events of one SKU are in order, those of two need not be
  expect(new Set(await publishedOf(name))).toEqual(new Set([900, 300, '900 removed', '300 removed']))
})

test('a price list that gets another name publishes its prices as removed under the old one, and under the new', async () => {
  const { id, name } = await listWithTea()
  const renamed = description()
  expect((await request('PUT', `${lists}/${id}`, { ...renamed, name })).status).toBe(200)
  expect(await publishedOf(name)).toEqual([900])
  expect((await request('PUT', `${lists}/${id}`, renamed)).status).toBe(200)
  expect([await publishedOf(name), await publishedOf(renamed.name)]).toEqual([[900, '900 removed'], [900]])
})

test('a price that no longer holds for one unit is published as removed', async () => {
  const { id, name } = await listWithTea()
  expect((await request('PUT', `${lists}/${id}/prices/TEA`, { breaks: breaks(500, 10) })).status).toBe(200)
  expect(await publishedOf(name)).toEqual([900, '500 removed'])
})
