import { setTimeout as delay } from 'node:timers/promises'
import { cpuByPart } from './process-tree.ts'
import { makeShopper, type Shopper } from './shopper.ts'
import type { SystemUnderTest } from './system-under-test.ts'

/** What a run of orders showed. */
export interface Round {
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
  /** CPU seconds an order, by service, `postgres` and `supervisor`. */
  readonly cpu: ReadonlyMap<string, number>
}

/** Settings of a system whose checkouts are measured, with this share of its traces kept. */
export function checkoutSettings(sampling: number): Record<string, string> {
  // Picking and delivery follow on the carrier's clock and are not part of a checkout.
  return { LOG_LEVEL: 'warn', TRACE_SAMPLE_RATIO: String(sampling), AUTO_PICK: 'false' }
}

/** Places this many orders and returns what they cost, all that they set off included. */
export async function runRound(system: SystemUnderTest, shoppers: readonly Shopper[], orders: number): Promise<Round> {
  const processes = await system.processes()
  const before = await cpuByPart(processes)
  const startedAt = performance.now()
  const latenciesMs = await placeOrders(shoppers, orders)
  const seconds = (performance.now() - startedAt) / 1_000
  // what the orders set off (messages, read copies) belongs to their cost
  await delay(1_000)
  const after = await cpuByPart(processes)
  const cpu = new Map([...after].map(([part, used]) => [part, (used - (before.get(part) ?? 0)) / orders]))
  return { perSecond: orders / seconds, latenciesMs, cpu }
}

/** Makes this many shoppers one after the other: password hashes of many at once can outlast the deadline of a request. */
export async function makeShoppers(system: SystemUnderTest, count: number): Promise<Shopper[]> {
  const shoppers: Shopper[] = []
  while (shoppers.length < count) shoppers.push(await makeShopper(system.gatewayUrl))
  return shoppers
}

/**
 * Places this many orders, each shopper one after the other, and returns how long each took, in milliseconds.
 * @throws when an order is not confirmed
 */
export async function placeOrders(shoppers: readonly Shopper[], orders: number): Promise<number[]> {
  const latenciesMs: number[] = []
  let left = orders
  await Promise.all(
    shoppers.map(async (shopper) => {
      while (left-- > 0) {
        const startedAt = performance.now()
        const { status, id } = await shopper.placeOrder()
        if (status !== 'confirmed') throw new Error(`order ${id} is ${status}`)
        latenciesMs.push(performance.now() - startedAt)
      }
    }),
  )
  return latenciesMs
}

/** CPU seconds an order of all processes together. */
export function totalCpu({ cpu }: Round): number {
  return [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0)
}
