import { search as contract } from '@stoa/contracts/search/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { makeSearchLog } from './search-log.ts'
import { pruneSearchesTask, readAnalytics, recordClick } from './use-cases/analyse-searches.ts'
import { buildIndexTask, buildMissingIndex } from './use-cases/build-index.ts'
import { copyPrice, dropDeletedProduct, indexCreatedProduct, indexUpdatedProduct } from './use-cases/follow-products.ts'
import { cancelIndex, createIndex, getIndex, listIndexes } from './use-cases/manage-indexes.ts'
import { createSynonyms, deleteSynonyms, getSynonyms, listSynonyms } from './use-cases/manage-synonyms.ts'
import { search } from './use-cases/search.ts'
import { suggest } from './use-cases/suggest.ts'

/** Indexes, queries, suggestions, analytics: its table of contents. */
export const searchService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, makeTx, telemetry, config }): Deps => ({
    clock,
    newId,
    database,
    makeTx,
    isListPrice: (priceList, currency) => priceList === config.listPriceList && currency === config.shopCurrency,
    searchLog: makeSearchLog(database, telemetry.logger),
    retentionDays: config.searchRetentionDays,
  }),
  onStart: buildMissingIndex,
  onStop: ({ searchLog }) => searchLog.flush(),
  bind: (deps) => ({
    operations: {
      search: search(deps),
      suggest,
      recordClick: recordClick(deps),
      readAnalytics: readAnalytics(deps),
      listIndexes,
      createIndex: createIndex(deps),
      getIndex,
      cancelIndex,
      listSynonyms,
      createSynonyms: createSynonyms(deps),
      getSynonyms,
      deleteSynonyms,
    },
    rpc: {},
    consumes: {
      productCreated: indexCreatedProduct,
      productUpdated: indexUpdatedProduct,
      productDeleted: dropDeletedProduct(deps),
      priceChanged: copyPrice(deps),
    },
    sagas: {},
    tasks: { 'build-index': buildIndexTask(deps), 'prune-searches': pruneSearchesTask(deps) },
    personalData: 'none',
  }),
})
