import { quantile, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { cpuSecondsOf, familyOf } from '../process-tree.ts'
import { makeShopper, type Shopper } from '../shopper.ts'
import { machineSettings, makeSystem, type SystemUnderTest } from '../system-under-test.ts'

/** What a whole order costs, from the gateway to the confirmed saga. */
export const checkout: Bench = {
  name: 'checkout',
  summary: 'orders per second and CPU seconds an order over all services and PostgreSQL, durable saga included',
  async run(options) {
    const system = await makeSystem({ LOG_LEVEL: 'warn', TRACE_SAMPLE_RATIO: '0.1' })
    try {
      await system.start()
      const figures: Figure[] = []
      for (const concurrency of options.isSmoke ? [2] : [1, 8, 32])
        figures.push(...(await measure(system, concurrency, options)))
      await system.stop()
      return figures
    } finally {
      await system.remove()
    }
  },
}

async function measure(
  system: SystemUnderTest,
  concurrency: number,
  { isSmoke, note }: BenchOptions,
): Promise<Figure[]> {
  const orders = isSmoke ? 6 : Math.max(100, concurrency * 30)
  note(`${orders} orders, ${concurrency} at once`)
  const shoppers = await Promise.all(Array.from({ length: concurrency }, () => makeShopper(system.gatewayUrl)))
  await place(shoppers, isSmoke ? 2 : Math.max(60, concurrency * 6))
  const pids = await familyOf((await system.processes()).map(({ pid }) => pid))
  const cpuBefore = await cpuSecondsOf(pids)
  const startedAt = performance.now()
  const latenciesMs = await place(shoppers, orders)
  const seconds = (performance.now() - startedAt) / 1_000
  // what the orders set off (messages, read copies) belongs to their cost
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const cpuSeconds = (await cpuSecondsOf(pids)) - cpuBefore
  const settings = { ...machineSettings(), concurrency, orders, sampling: 0.1 }
  const figure = (metric: string, ours: number, unit: string): Figure => ({
    bench: 'checkout',
    metric: `${metric}, ${concurrency} at once`,
    ours: rounded(ours),
    unit,
    settings,
  })
  return [
    figure('orders confirmed', orders / seconds, '/s'),
    figure('CPU', cpuSeconds / orders, 's/order'),
    figure('latency p50', quantile(latenciesMs, 0.5), 'ms'),
    figure('latency p95', quantile(latenciesMs, 0.95), 'ms'),
  ]
}

/** Places so many orders, each shopper one after the other; answers how long each took. */
async function place(shoppers: readonly Shopper[], orders: number): Promise<number[]> {
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
