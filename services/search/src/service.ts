import { search as contract } from '@stoa/contracts/search/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { buildIndexTask, buildMissingIndex } from './use-cases/build-index.ts'
import { copyPrice, dropDeletedProduct, indexCreatedProduct, indexUpdatedProduct } from './use-cases/follow-products.ts'
import { search } from './use-cases/search.ts'
import { suggest } from './use-cases/suggest.ts'

/** Indexes, queries, suggestions: its table of contents. */
export const searchService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, makeTx, config: { shopCurrency, listPriceList } }): Deps => ({
    clock,
    database,
    makeTx,
    isListPrice: (priceList, currency) => priceList === listPriceList && currency === shopCurrency,
  }),
  onStart: buildMissingIndex,
  bind: (deps) => ({
    operations: { search, suggest },
    rpc: {},
    consumes: {
      productCreated: indexCreatedProduct,
      productUpdated: indexUpdatedProduct,
      productDeleted: dropDeletedProduct(deps),
      priceChanged: copyPrice(deps),
    },
    sagas: {},
    tasks: { 'build-index': buildIndexTask(deps) },
    personalData: 'none',
  }),
})
