import type { Handler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import * as store from '../store/promotions.ts'
import { tellPromotion } from './tell-promotion.ts'

const none = 'There is no such promotion.'
const stale = 'It has changed since it was read.'

export const listPromotions =
  (_deps: Deps): Handler<PricingService, 'listPromotions'> =>
  async ({ query: { limit = 50, cursor }, db }) => {
    const after = cursor === undefined ? undefined : decodeCursor(Type.String({ format: 'uuid' }), cursor)
    return { status: 200, body: pageOf(await store.listPromotions(db, after, limit + 1), limit, ({ id }) => id) }
  }

export const createPromotion =
  ({ clock, newId }: Deps): Handler<PricingService, 'createPromotion'> =>
  async ({ body, commit, refuse }) =>
    commit(async (tx) => {
      const id = newId()
      if (!(await store.insertPromotion(tx, id, body))) return refuse('pricing.code_taken', 'The coupon code is taken.')
      await tellPromotion(tx, id, clock.now())
      return { status: 201, id }
    })

export const getPromotion =
  (_deps: Deps): Handler<PricingService, 'getPromotion'> =>
  async ({ params, db, refuse }) => {
    const promotion = await store.findPromotion(db, params.id)
    if (promotion === undefined) return refuse('pricing.promotion_not_found', none)
    return { status: 200, body: promotion, version: promotion.version }
  }

export const replacePromotion =
  ({ clock }: Deps): Handler<PricingService, 'replacePromotion'> =>
  async ({ params, body, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const change = await store.lockPromotion(tx, params.id, body.couponCode, expectedVersion)
      if (change === 'not_found') return refuse('pricing.promotion_not_found', none)
      if (change === 'stale') return refuse('request.stale', stale)
      if (change === 'taken') return refuse('pricing.code_taken', 'The coupon code is taken.')
      await store.updatePromotion(tx, params.id, body)
      await tellPromotion(tx, params.id, clock.now())
      return { status: 200, id: params.id }
    })

export const deletePromotion =
  (_deps: Deps): Handler<PricingService, 'deletePromotion'> =>
  async ({ params, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const change = await store.lockPromotion(tx, params.id, undefined, expectedVersion)
      if (change === 'not_found') return refuse('pricing.promotion_not_found', none)
      if (change === 'stale') return refuse('request.stale', stale)
      await store.deletePromotion(tx, params.id)
      return { status: 204 }
    })
