import type { Handler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { readPage, readPageById } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { wrongOfBreaks, wrongOfPriceList } from '../domain/check-settings.ts'
import * as store from '../store/price-lists.ts'
import { publishMoved, publishPrice, publishRemoved } from './publish-price.ts'

const noList = 'The price list does not exist.'
const noPrice = 'The price does not exist.'
const neverHolds = 'The price list would never be valid.'
const twoPrices = 'Two prices have the same quantity.'

export const listPriceLists: Handler<PricingService, 'listPriceLists'> = async ({ query, db }) => ({
  status: 200,
  body: await readPageById(query, (after, limit) => store.listPriceLists(db, after, limit)),
})

export const createPriceList =
  ({ newId }: Deps): Handler<PricingService, 'createPriceList'> =>
  async ({ body, commit, refuse }) => {
    const fields = wrongOfPriceList(body)
    if (fields.length > 0) return refuse('request.invalid', neverHolds, { fields })
    return commit(async (tx) => {
      const id = newId()
      if (!(await store.insertPriceList(tx, id, body)))
        return refuse('pricing.price_list_taken', `A price list with the name ${body.name} exists.`)
      return { status: 201, id }
    })
  }

export const getPriceList: Handler<PricingService, 'getPriceList'> = async ({ params, db, refuse }) => {
  const list = await store.findPriceList(db, params.id)
  if (list === undefined) return refuse('pricing.price_list_not_found', noList)
  return { status: 200, body: list, version: list.version }
}

export const replacePriceList: Handler<PricingService, 'replacePriceList'> = async ({
  params,
  body,
  expectedVersion,
  commit,
  refuse,
}) => {
  const fields = wrongOfPriceList(body)
  if (fields.length > 0) return refuse('request.invalid', neverHolds, { fields })
  return commit(async (tx) => {
    const before = await store.lockPriceList(tx, params.id)
    const change = await store.replacePriceList(tx, params.id, body, expectedVersion)
    if (change === 'not_found') return refuse('pricing.price_list_not_found', noList)
    if (change === 'taken') return refuse('pricing.price_list_taken', `A price list with the name ${body.name} exists.`)
    if (before !== undefined) await publishMoved(tx, before, body)
    return { status: 200, id: params.id }
  })
}

export const deletePriceList: Handler<PricingService, 'deletePriceList'> = async ({
  params,
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const list = await store.lockPriceList(tx, params.id)
    const prices = list === undefined ? [] : await store.listAllPrices(tx, params.id)
    const change = await store.deletePriceList(tx, params.id, expectedVersion)
    if (change === 'not_found' || list === undefined) return refuse('pricing.price_list_not_found', noList)
    for (const price of prices) await publishRemoved(tx, list, price)
    return { status: 204 }
  })

export const listPrices: Handler<PricingService, 'listPrices'> = async ({ params, query, db, refuse }) => {
  if ((await store.findPriceList(db, params.id)) === undefined) return refuse('pricing.price_list_not_found', noList)
  const read = (after: string | undefined, limit: number) => store.listPrices(db, params.id, after, limit)
  return { status: 200, body: await readPage(query, Type.String(), read, ({ sku }) => sku) }
}

export const getPrice: Handler<PricingService, 'getPrice'> = async ({ params, db, refuse }) => {
  const price = await store.findPrice(db, params.id, params.sku)
  if (price === undefined) return refuse('pricing.price_not_found', noPrice)
  return { status: 200, body: price, version: price.version }
}

export const createPrice: Handler<PricingService, 'createPrice'> = async ({ params, body, commit, refuse }) => {
  const fields = wrongOfBreaks(body.breaks)
  if (fields.length > 0) return refuse('request.invalid', twoPrices, { fields })
  return commit(async (tx) => {
    const list = await store.holdPriceList(tx, params.id)
    if (list === undefined) return refuse('pricing.price_list_not_found', noList)
    const price = await store.savePrice(tx, params.id, body.sku, body.breaks)
    await publishPrice(tx, list, price)
    return { status: 201, body: price, version: price.version }
  })
}

export const replacePrice: Handler<PricingService, 'replacePrice'> = async ({
  params,
  body,
  expectedVersion,
  commit,
  refuse,
}) => {
  const fields = wrongOfBreaks(body.breaks)
  if (fields.length > 0) return refuse('request.invalid', twoPrices, { fields })
  return commit(async (tx) => {
    const list = await store.holdPriceList(tx, params.id)
    const change = await store.lockPrice(tx, params.id, params.sku, expectedVersion)
    if (change === 'not_found' || list === undefined) return refuse('pricing.price_not_found', noPrice)
    const price = await store.savePrice(tx, params.id, params.sku, body.breaks)
    await publishPrice(tx, list, price)
    return { status: 200, body: price, version: price.version }
  })
}

export const deletePrice: Handler<PricingService, 'deletePrice'> = async ({
  params,
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const list = await store.holdPriceList(tx, params.id)
    const change = await store.lockPrice(tx, params.id, params.sku, expectedVersion)
    if (change === 'not_found' || list === undefined) return refuse('pricing.price_not_found', noPrice)
    const price = await store.deletePrice(tx, params.id, params.sku)
    if (price !== undefined) await publishRemoved(tx, list, price)
    return { status: 204 }
  })
