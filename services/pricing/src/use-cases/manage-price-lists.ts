import type { Handler, Tx } from '@stoa/contract'
import { priceChanged } from '@stoa/contracts/pricing/events'
import type { Price, PriceList } from '@stoa/contracts/pricing/resources'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { money } from '@stoa/kernel'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { unitAmount } from '../domain/price-basket.ts'
import * as store from '../store/price-lists.ts'

const noList = 'There is no such price list.'
const noPrice = 'There is no such price.'
const stale = 'It has changed since it was read.'
const Id = Type.String({ format: 'uuid' })

export const listPriceLists =
  (_deps: Deps): Handler<PricingService, 'listPriceLists'> =>
  async ({ query: { limit = 50, cursor }, db }) => {
    const after = cursor === undefined ? undefined : decodeCursor(Id, cursor)
    return { status: 200, body: pageOf(await store.listPriceLists(db, after, limit + 1), limit, ({ id }) => id) }
  }

export const createPriceList =
  ({ newId }: Deps): Handler<PricingService, 'createPriceList'> =>
  async ({ body, commit, refuse }) =>
    commit(async (tx) => {
      const id = newId()
      if (!(await store.insertPriceList(tx, id, body)))
        return refuse('pricing.price_list_taken', `There is a list ${body.name}.`)
      return { status: 201, id }
    })

export const getPriceList =
  (_deps: Deps): Handler<PricingService, 'getPriceList'> =>
  async ({ params, db, refuse }) => {
    const list = await store.findPriceList(db, params.id)
    if (list === undefined) return refuse('pricing.price_list_not_found', noList)
    return { status: 200, body: list, version: list.version }
  }

export const replacePriceList =
  (_deps: Deps): Handler<PricingService, 'replacePriceList'> =>
  async ({ params, body, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const change = await store.replacePriceList(tx, params.id, body, expectedVersion)
      if (change === 'not_found') return refuse('pricing.price_list_not_found', noList)
      if (change === 'stale') return refuse('request.stale', stale)
      if (change === 'taken') return refuse('pricing.price_list_taken', `There is a list ${body.name}.`)
      return { status: 200, id: params.id }
    })

export const deletePriceList =
  (_deps: Deps): Handler<PricingService, 'deletePriceList'> =>
  async ({ params, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const change = await store.deletePriceList(tx, params.id, expectedVersion)
      if (change === 'not_found') return refuse('pricing.price_list_not_found', noList)
      if (change === 'stale') return refuse('request.stale', stale)
      return { status: 204 }
    })

export const listPrices =
  (_deps: Deps): Handler<PricingService, 'listPrices'> =>
  async ({ params, query: { limit = 50, cursor }, db, refuse }) => {
    if ((await store.findPriceList(db, params.id)) === undefined) return refuse('pricing.price_list_not_found', noList)
    const after = cursor === undefined ? undefined : decodeCursor(Type.String(), cursor)
    return {
      status: 200,
      body: pageOf(await store.listPrices(db, params.id, after, limit + 1), limit, ({ sku }) => sku),
    }
  }

export const getPrice =
  (_deps: Deps): Handler<PricingService, 'getPrice'> =>
  async ({ params, db, refuse }) => {
    const price = await store.findPrice(db, params.id, params.sku)
    if (price === undefined) return refuse('pricing.price_not_found', noPrice)
    return { status: 200, body: price, version: price.version }
  }

/** Tells the new list price of one, which read copies show and sort by. */
async function tellPrice(tx: Tx<PricingService>, list: PriceList, { sku, breaks }: Price): Promise<void> {
  const amount = unitAmount(breaks, 1)
  if (amount === undefined) return
  await tx.publish(priceChanged, sku, { sku, priceList: list.name, price: money(amount, list.currency) })
}

export const createPrice =
  (_deps: Deps): Handler<PricingService, 'createPrice'> =>
  async ({ params, body, commit, refuse }) =>
    commit(async (tx) => {
      const list = await store.findPriceList(tx, params.id)
      if (list === undefined) return refuse('pricing.price_list_not_found', noList)
      const price = await store.savePrice(tx, params.id, body.sku, body.breaks)
      await tellPrice(tx, list, price)
      return { status: 201, body: price, version: price.version }
    })

export const replacePrice =
  (_deps: Deps): Handler<PricingService, 'replacePrice'> =>
  async ({ params, body, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const change = await store.lockPrice(tx, params.id, params.sku, expectedVersion)
      const list = await store.findPriceList(tx, params.id)
      if (change === 'not_found' || list === undefined) return refuse('pricing.price_not_found', noPrice)
      if (change === 'stale') return refuse('request.stale', stale)
      const price = await store.savePrice(tx, params.id, params.sku, body.breaks)
      await tellPrice(tx, list, price)
      return { status: 200, body: price, version: price.version }
    })

export const deletePrice =
  (_deps: Deps): Handler<PricingService, 'deletePrice'> =>
  async ({ params, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const change = await store.lockPrice(tx, params.id, params.sku, expectedVersion)
      if (change === 'not_found') return refuse('pricing.price_not_found', noPrice)
      if (change === 'stale') return refuse('request.stale', stale)
      await store.deletePrice(tx, params.id, params.sku)
      return { status: 204 }
    })
