import type { TaskHandler } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Deps } from '../deps.ts'
import { weightAt } from '../domain/decay.ts'
import { nextItems, prunePairs } from '../store/learned.ts'
import { deletePurchasesBefore } from '../store/purchases.ts'
import { areProductTextsMissing } from '../store/texts.ts'
import { enqueueCopy } from './follow-products.ts'

const purchaseDays = 365
/** Pairs whose weight is that of one order of two items of more than a year ago have decayed. */
const pairDays = 365
const mostAtOnce = 10_000
/** A transaction is short, however many pairs there are. */
const itemsAtOnce = 200

/** Bounds what is kept: a hundred pairs of each SKU, a year of purchases. Starts a copy of the products if texts are missing. */
export const pruneTrainingTask =
  ({ clock, database }: Deps): TaskHandler<InferenceService, 'prune-training'> =>
  async ({ commit }) => {
    const daysAgo = (days: number) => clock.now().subtract({ hours: 24 * days })
    while (
      (await database.transaction((tx) => deletePurchasesBefore(tx, daysAgo(purchaseDays), mostAtOnce))) === mostAtOnce
    );
    const leastWeight = weightAt(daysAgo(pairDays)) / 2
    let skus = await nextItems(database.read, '', itemsAtOnce)
    while (skus.length > 0) {
      const some = skus
      await database.transaction((tx) => prunePairs(tx, some, leastWeight))
      skus = await nextItems(database.read, skus.at(-1) ?? '', itemsAtOnce)
    }
    if (await areProductTextsMissing(database.read)) await commit((tx) => enqueueCopy(tx))
  }
