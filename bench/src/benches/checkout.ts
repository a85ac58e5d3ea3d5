import { checkoutSettings, makeShoppers, placeOrders, runRound, totalCpu, type Round } from '../checkout-round.ts'
import { median, quantile, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { divideCpu, shopOrderPath } from '../order-path.ts'
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

const rounds = 3

async function atSampling(
  sampling: number,
  concurrencies: readonly number[],
  options: BenchOptions,
): Promise<readonly Figure[]> {
  const system = await makeSystem(checkoutSettings(sampling))
  try {
    await system.start()
    const warmUp = options.isSmoke ? 4 : 1_200
    options.note(`${warmUp} orders to warm up, sampling ${sampling}`)
    await placeOrders(await makeShoppers(system, options.isSmoke ? 2 : 32), warmUp)
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
    note(`${orders} orders, ${concurrency} concurrent, round ${round}`)
    results.push(await runRound(system, shoppers, orders))
  }
  const settings = { ...machineSettings(), concurrency, orders, rounds: results.length, sampling, logLevel: 'warn' }
  const where = `${concurrency} concurrent${sampling === 1 ? ', every trace kept' : ''}`
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
  const path = await shopOrderPath()
  const parts = [...new Set(results.flatMap(({ cpu }) => [...cpu.keys()]))].toSorted()
  return [
    figure(
      'orders confirmed',
      of(({ perSecond }) => perSecond),
      '/s',
      isGoal ? { atLeast: 60 } : undefined,
    ),
    figure('CPU', of(totalCpu) * 1_000, 'ms/order', isGoal ? { atMost: 25 } : undefined),
    figure('CPU on the path of the order', of(({ cpu }) => divideCpu(cpu, path).path) * 1_000, 'ms/order'),
    figure('CPU of what follows it', of(({ cpu }) => divideCpu(cpu, path).followers) * 1_000, 'ms/order'),
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
