import type { Handler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import * as store from '../store/regions.ts'

const Pair = Type.Tuple([Type.String(), Type.String()])

export const listTaxes =
  (_deps: Deps): Handler<PricingService, 'listTaxes'> =>
  async ({ query: { limit = 50, cursor }, db }) => {
    const after = cursor === undefined ? undefined : decodeCursor(Pair, cursor)
    const found = await store.listTaxRates(db, after, limit + 1)
    return { status: 200, body: pageOf(found, limit, ({ region, taxClass }) => [region, taxClass]) }
  }

export const setTax =
  (_deps: Deps): Handler<PricingService, 'setTax'> =>
  async ({ body, commit }) =>
    commit(async (tx) => ({ status: 201, body: await store.saveTaxRate(tx, body) }))

export const listShippingCharges =
  (_deps: Deps): Handler<PricingService, 'listShippingCharges'> =>
  async ({ query: { limit = 50, cursor }, db }) => {
    const after = cursor === undefined ? undefined : decodeCursor(Pair, cursor)
    const found = await store.listShippingCharges(db, after, limit + 1)
    return { status: 200, body: pageOf(found, limit, ({ region, method }) => [region, method]) }
  }

export const setShippingCharge =
  (_deps: Deps): Handler<PricingService, 'setShippingCharge'> =>
  async ({ body, commit }) =>
    commit(async (tx) => ({ status: 201, body: await store.saveShippingCharge(tx, body) }))
