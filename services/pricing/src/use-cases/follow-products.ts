import type { Consumer, PersonalData, TaskHandler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { Deps } from '../deps.ts'
import { eraseUses, listUses, purgeQuotes } from '../store/quotes.ts'
import { deleteProduct, saveProduct } from '../store/sellable.ts'

export const copyCreatedProduct = (_deps: Deps): Consumer<PricingService, 'productCreated'> => ({
  apply: async ({ data }, tx) => saveProduct(tx, data),
})

export const copyUpdatedProduct = (_deps: Deps): Consumer<PricingService, 'productUpdated'> => ({
  apply: async ({ data }, tx) => saveProduct(tx, data),
})

export const dropDeletedProduct = (_deps: Deps): Consumer<PricingService, 'productDeleted'> => ({
  apply: async ({ data }, tx) => deleteProduct(tx, data.productId),
})

/** Quotes are kept a day beyond their end, for whoever asks why one was refused. */
export const purgeQuotesTask =
  ({ clock }: Deps): TaskHandler<PricingService, 'purge-quotes'> =>
  async ({ commit }) =>
    commit((tx) => purgeQuotes(tx, clock.now().subtract({ hours: 24 })))

export const eraseDeletedUser = (_deps: Deps): Consumer<PricingService, 'userDeleted'> => ({
  apply: async ({ data }, tx) => eraseUses(tx, data.userId),
})

export const personalData = (_deps: Deps): PersonalData<PricingService> => ({
  export: async (subject, db) => ({ couponUses: await listUses(db, subject) }),
  erase: (tx, subject) => eraseUses(tx, subject),
})
