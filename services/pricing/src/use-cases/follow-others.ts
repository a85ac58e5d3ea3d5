import type { Consumer, PersonalData, TaskHandler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { Deps } from '../deps.ts'
import { deleteCustomer, findTier, saveTier } from '../store/customers.ts'
import { deleteQuotesOf, eraseUses, listQuotes, listUses, purgeMailboxes, purgeQuotes } from '../store/quotes.ts'
import { deleteProduct, saveProduct } from '../store/sellable.ts'

export const copyCreatedProduct: Consumer<PricingService, 'productCreated'> = {
  apply: async ({ data }, tx) => saveProduct(tx, data),
}

export const copyUpdatedProduct: Consumer<PricingService, 'productUpdated'> = {
  apply: async ({ data }, tx) => saveProduct(tx, data),
}

export const dropDeletedProduct: Consumer<PricingService, 'productDeleted'> = {
  apply: async ({ data }, tx) => deleteProduct(tx, data.productId),
}

/** Quotes are kept a day beyond their end, so that a refusal can be explained. */
export const purgeQuotesTask =
  ({ clock }: Deps): TaskHandler<PricingService, 'purge-quotes'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      await purgeQuotes(tx, clock.now().subtract({ hours: 24 }))
      await purgeMailboxes(tx, clock.now().subtract({ hours: 24 }))
    })

export const copyCreatedUser: Consumer<PricingService, 'userCreated'> = {
  apply: async ({ data }, tx) => saveTier(tx, data.userId, data.tier),
}

export const copyUpdatedUser: Consumer<PricingService, 'userUpdated'> = {
  apply: async ({ data }, tx) => saveTier(tx, data.userId, data.tier),
}

export const personalData: PersonalData<PricingService> = {
  export: async (subject, db) => ({
    couponUses: await listUses(db, subject),
    quotes: await listQuotes(db, subject),
    tier: await findTier(db, subject),
  }),
  async erase(tx, customerId) {
    await eraseUses(tx, customerId)
    await deleteQuotesOf(tx, customerId)
    await deleteCustomer(tx, customerId)
  },
}
