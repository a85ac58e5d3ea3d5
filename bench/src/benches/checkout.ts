import { setTimeout as delay } from 'node:timers/promises'
import { median, quantile, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { cpuByPart } from '../process-tree.ts'
import { makeShopper, type Shopper } from '../shopper.ts'
import { machineSettings, makeSystem, type SystemUnderTest } from '../system-under-test.ts'

/** What a whole order costs, from the gateway to the confirmed saga. */
export const checkout: Bench = {
  name: 'checkout',
  summary: 'orders per second and CPU seconds an order over all services and PostgreSQL, durable saga included',
  async run(options) {
    const figures = await atSampling(0.1, options.isSmoke ? [2] : [1, 8, 32], options)
    return options.isSmoke ? figures : [...figures, ...(await atSampling(1, [32], options))]
  },
}

/** What a run of orders showed. */
interface Round {
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
  /** CPU seconds an order, by service, `postgres` and `supervisor`. */
  readonly cpu: ReadonlyMap<string, number>
}

const rounds = 3

async function atSampling(
  sampling: number,
  concurrencies: readonly number[],
  options: BenchOptions,
): Promise<readonly Figure[]> {
  // Picking and delivery follow on the carrier's clock and are not part of a checkout.
  const system = await makeSystem({ LOG_LEVEL: 'warn', TRACE_SAMPLE_RATIO: String(sampling), AUTO_PICK: 'false' })
  try {
    await system.start()
    const warmUp = options.isSmoke ? 4 : 1_200
    options.note(`${warmUp} orders to warm up, sampling ${sampling}`)
    await place(await makeShoppers(system, options.isSmoke ? 2 : 32), warmUp)
    const figures: Figure[] = []
    for (const concurrency of concurrencies)
      figures.push(...(await measure(system, { concurrency, sampling }, options)))
    await system.stop()
    return figures
  } finally {
    await system.remove()
  }
}

interface Load {
  readonly concurrency: number
  readonly sampling: number
}

async function measure(system: SystemUnderTest, load: Load, { isSmoke, note }: BenchOptions): Promise<Figure[]> {
  const { concurrency, sampling } = load
  const orders = isSmoke ? 6 : Math.max(100, concurrency * 20)
  const shoppers = await makeShoppers(system, concurrency)
  const results: Round[] = []
  for (let round = 1; round <= (isSmoke ? 1 : rounds); round++) {
    note(`${orders} orders, ${concurrency} at once, round ${round}`)
    results.push(await runRound(system, shoppers, orders))
  }
  const settings = { ...machineSettings(), concurrency, orders, rounds: results.length, sampling, logLevel: 'warn' }
  const where = `${concurrency} at once${sampling === 1 ? ', every trace kept' : ''}`
  const isGoal = concurrency === 32 && sampling < 1
  const figure = (metric: string, ours: number, unit: string, target?: Figure['target']): Figure => ({
    bench: 'checkout',
    metric: `${metric}, ${where}`,
    ours: rounded(ours),
    unit,
    ...(target === undefined ? {} : { target }),
    settings,
  })
  const of = (read: (round: Round) => number) => median(results.map(read))
  const total = ({ cpu }: Round) => [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0)
  const parts = [...new Set(results.flatMap(({ cpu }) => [...cpu.keys()]))].toSorted()
  return [
    figure(
      'orders confirmed',
      of(({ perSecond }) => perSecond),
      '/s',
      isGoal ? { atLeast: 60 } : undefined,
    ),
    figure('CPU', of(total) * 1_000, 'ms/order', isGoal ? { atMost: 25 } : undefined),
    figure(
      'latency p50',
      of(({ latenciesMs }) => quantile(latenciesMs, 0.5)),
      'ms',
    ),
    figure(
      'latency p95',
      of(({ latenciesMs }) => quantile(latenciesMs, 0.95)),
      'ms',
    ),
    ...(isGoal
      ? parts.map((part) => figure(`CPU of ${part}`, of(({ cpu }) => cpu.get(part) ?? 0) * 1_000, 'ms/order'))
      : []),
  ]
}

async function runRound(system: SystemUnderTest, shoppers: readonly Shopper[], orders: number): Promise<Round> {
  const processes = await system.processes()
  const before = await cpuByPart(processes)
  const startedAt = performance.now()
  const latenciesMs = await place(shoppers, orders)
  const seconds = (performance.now() - startedAt) / 1_000
  // what the orders set off (messages, read copies) belongs to their cost
  await delay(1_000)
  const after = await cpuByPart(processes)
  const cpu = new Map([...after].map(([part, used]) => [part, (used - (before.get(part) ?? 0)) / orders]))
  return { perSecond: orders / seconds, latenciesMs, cpu }
}

function makeShoppers(system: SystemUnderTest, count: number): Promise<Shopper[]> {
  return Promise.all(Array.from({ length: count }, () => makeShopper(system.gatewayUrl)))
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
