import { inference } from '@stoa/contracts/inference/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { listModels, predict, scorePayment } from './use-cases/apply-models.ts'
import {
  copyCreatedProduct,
  copyMissingProducts,
  copyProductsTask,
  copyUpdatedProduct,
  dropDeletedProduct,
} from './use-cases/follow-products.ts'
import { learnFromOrders } from './use-cases/learn-from-orders.ts'
import { listRecommendations, personalData } from './use-cases/list-recommendations.ts'
import { listSimilarProducts } from './use-cases/list-similar-products.ts'
import { pruneTrainingTask } from './use-cases/prune-training.ts'
import { scoreTexts } from './use-cases/score-texts.ts'
import { keepWordVectors } from './vectors/read-word-vectors.ts'
import { TextIndex } from './vectors/text-index.ts'

/** Recommendations and models: its table of contents. */
export const inferenceService = defineService(inference, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, makeTx, telemetry, config: { inferenceMaxVectors } }): Deps => {
    const words = keepWordVectors(import.meta.url)
    const index = { database, words, mostVectors: inferenceMaxVectors, logger: telemetry.logger }
    return { clock, database, makeTx, words, products: new TextIndex({ kind: 'product', ...index }) }
  },
  onStart: copyMissingProducts,
  bind: (deps) => ({
    operations: {
      listRecommendations,
      listSimilarProducts: listSimilarProducts(deps),
      listModels,
      predict: predict(deps),
    },
    rpc: { scorePayment, scoreTexts: scoreTexts(deps) },
    consumes: {
      productCreated: copyCreatedProduct(deps),
      productUpdated: copyUpdatedProduct(deps),
      productDeleted: dropDeletedProduct,
    },
    batches: { baskets: learnFromOrders },
    sagas: {},
    tasks: { 'copy-products': copyProductsTask(deps), 'prune-training': pruneTrainingTask(deps) },
    personalData,
  }),
})
