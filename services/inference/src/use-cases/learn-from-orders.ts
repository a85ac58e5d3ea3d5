import type { BatchConsumer, Tx } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import { lessonOf } from '../domain/basket.ts'
import { weightAt } from '../domain/decay.ts'
import { addLearned, type Learned } from '../store/learned.ts'
import { addPurchases } from '../store/purchases.ts'
import { countTraining } from '../store/training-state.ts'
import { testPrediction } from './test-prediction.ts'

interface Order {
  readonly orderId: string
  readonly customerId: string
  readonly skus: readonly string[]
  readonly at: Temporal.Instant
}

/**
 * Counts what was bought together, in the transaction that moves the position behind the orders. Sums do not depend on the order of the
 * events, so partitions are read in parallel. An order that is cancelled later still counts: it was wanted together.
 */
export const learnFromOrders: BatchConsumer<InferenceService, 'baskets'> = {
  async apply(events, tx) {
    const orders = events.map(({ time, data: { orderId, customerId, lines } }) => ({
      orderId,
      customerId,
      skus: lines.map(({ sku }) => sku),
      at: Temporal.Instant.from(time),
    }))
    const [last] = orders
      .map(({ at }) => at)
      .toSorted(Temporal.Instant.compare)
      .slice(-1)
    if (last === undefined) return
    const tested = await testPrediction(tx, orders)
    await addLearned(tx, learnedFrom(orders))
    for (const order of orders.toSorted((left, right) => (left.customerId < right.customerId ? -1 : 1)))
      await notePurchases(tx, order)
    await countTraining(tx, { baskets: orders.length, ...tested }, last)
  },
}

async function notePurchases(tx: Tx<InferenceService>, { orderId, customerId, skus, at }: Order): Promise<void> {
  if (await tx.isErased(customerId)) return
  await addPurchases(tx, customerId, lessonOf({ orderId, skus }).items, at)
}

function learnedFrom(orders: readonly Order[]): Learned {
  const items = new Map<string, { weight: number; orders: number }>()
  const pairs = new Map<string, Learned['pairs'][number]>()
  for (const order of orders) {
    const lesson = lessonOf(order)
    const weight = weightAt(order.at)
    for (const sku of lesson.items) {
      const known = items.get(sku) ?? { weight: 0, orders: 0 }
      items.set(sku, { weight: known.weight + weight, orders: known.orders + 1 })
    }
    for (const pair of lesson.pairs) {
      const key = `${pair.sku} ${pair.otherSku}`
      const known = pairs.get(key) ?? { ...pair, weight: 0, orders: 0 }
      pairs.set(key, { ...known, weight: known.weight + weight * pair.weight, orders: known.orders + 1 })
    }
  }
  return { items, pairs: [...pairs.values()] }
}
