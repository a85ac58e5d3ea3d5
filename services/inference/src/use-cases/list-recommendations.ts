import type { Caller, Handler, PersonalData } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import { recommend } from '../models/recommend.ts'
import { findProductsWith, findSkusOf } from '../store/products.ts'
import { deletePurchasesOf, exportPurchases, findPurchases } from '../store/purchases.ts'

/** The purchases from which is recommended, the last ones. */
const mostGiven = 20

export const listRecommendations: Handler<InferenceService, 'listRecommendations'> = async ({
  query: { productId, customerId, limit = 10 },
  caller,
  db,
  refuse,
}) => {
  if (productId !== undefined && customerId !== undefined) {
    const fields = [{ pointer: '/customerId', detail: 'must be omitted with productId' }]
    return refuse('inference.subject_ambiguous', 'Either a product or a customer can be given.', { fields })
  }
  if (customerId !== undefined) {
    if (!mayAskFor(caller, customerId))
      return refuse('inference.customer_not_found', `The customer ${customerId} does not exist.`)
    const skus = await findPurchases(db, customerId)
    const without = await findProductsWith(db, skus)
    const items = await recommend(db, { skus: skus.slice(0, mostGiven), without, limit })
    return { status: 200, body: { basedOn: 'customer', items }, headers: { 'cache-control': 'private, no-cache' } }
  }
  const given = productId === undefined ? [] : [productId]
  const items = await recommend(db, { skus: await findSkusOf(db, given), without: given, limit })
  return { status: 200, body: { basedOn: productId === undefined ? 'popularity' : 'product', items } }
}

function mayAskFor(caller: Caller, customerId: string): boolean {
  if (caller.can('recommendation:read:any')) return true
  return caller.kind === 'user' && caller.subject === customerId && caller.can('recommendation:read')
}

export const personalData: PersonalData<InferenceService> = {
  export: async (customerId, db) => ({ purchases: await exportPurchases(db, customerId) }),
  // The weights have no ids of people or orders.
  erase: (tx, customerId) => deletePurchasesOf(tx, customerId),
}
