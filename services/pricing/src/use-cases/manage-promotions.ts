import type { Handler, ReadHandle } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { readPageById } from '@stoa/service'
import type { FieldError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { wrongOfPromotion } from '../domain/check-settings.ts'
import { findKnownSkus } from '../store/sellable.ts'
import * as store from '../store/promotions.ts'
import { publishPromotion } from './publish-promotion.ts'

const none = 'The promotion does not exist.'
const neverApplies = 'The promotion would never apply.'

/** Coupon codes are kept in upper case: customers type them in any. */
function kept(fields: store.PromotionFields): store.PromotionFields {
  return fields.couponCode === undefined ? fields : { ...fields, couponCode: fields.couponCode.toUpperCase() }
}

async function wrongFields(db: ReadHandle, promotion: store.PromotionFields): Promise<FieldError[]> {
  const { skus } = promotion
  return wrongOfPromotion(promotion, skus === undefined ? new Set() : await findKnownSkus(db, skus))
}

export const listPromotions: Handler<PricingService, 'listPromotions'> = async ({ query, db }) => ({
  status: 200,
  body: await readPageById(query, (after, limit) => store.listPromotions(db, after, limit)),
})

export const createPromotion =
  ({ clock, newId }: Deps): Handler<PricingService, 'createPromotion'> =>
  async ({ body: given, db, commit, refuse }) => {
    const body = kept(given)
    const fields = await wrongFields(db, body)
    if (fields.length > 0) return refuse('request.invalid', neverApplies, { fields })
    return commit(async (tx) => {
      const id = newId()
      if (!(await store.insertPromotion(tx, id, body)))
        return refuse('pricing.code_taken', 'A promotion with this coupon code exists.')
      await publishPromotion(tx, id, clock.now())
      return { status: 201, id }
    })
  }

export const getPromotion: Handler<PricingService, 'getPromotion'> = async ({ params, db, refuse }) => {
  const promotion = await store.findPromotion(db, params.id)
  if (promotion === undefined) return refuse('pricing.promotion_not_found', none)
  return { status: 200, body: promotion, version: promotion.version }
}

export const replacePromotion =
  ({ clock }: Deps): Handler<PricingService, 'replacePromotion'> =>
  async ({ params, body: given, expectedVersion, db, commit, refuse }) => {
    const body = kept(given)
    const fields = await wrongFields(db, body)
    if (fields.length > 0) return refuse('request.invalid', neverApplies, { fields })
    return commit(async (tx) => {
      const change = await store.lockPromotion(tx, params.id, body.couponCode, expectedVersion)
      if (change === 'not_found') return refuse('pricing.promotion_not_found', none)
      if (change === 'taken') return refuse('pricing.code_taken', 'A promotion with this coupon code exists.')
      await store.updatePromotion(tx, params.id, body)
      await publishPromotion(tx, params.id, clock.now())
      return { status: 200, id: params.id }
    })
  }

export const deletePromotion: Handler<PricingService, 'deletePromotion'> = async ({
  params,
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const change = await store.lockPromotion(tx, params.id, undefined, expectedVersion)
    if (change === 'not_found') return refuse('pricing.promotion_not_found', none)
    await store.deletePromotion(tx, params.id)
    return { status: 204 }
  })
