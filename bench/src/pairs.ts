import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkoutSettings, makeShoppers, placeOrders, runRound, totalCpu, type Round } from './checkout-round.ts'
import { rounded, type BenchOptions, type Figure } from './figure.ts'
import { divideCpu, shopOrderPath, type CheckoutCpu } from './order-path.ts'
import { ratioInterval, type Pair } from './ratio-interval.ts'
import type { Shopper } from './shopper.ts'
import { machineSettings, makeSystem, type SystemUnderTest } from './system-under-test.ts'

/** How checkouts of two trees are compared. */
export interface PairsOptions extends BenchOptions {
  /** The folder of the other tree: its dependencies are installed, and it is what this tree is divided by. */
  readonly against: string
  readonly pairs: number
}

const concurrency = 32
const sampling = 0.1
const roundsOfPair = ['before', 'after', 'after', 'before'] as const

type Side = (typeof roundsOfPair)[number]

interface Contender {
  readonly system: SystemUnderTest
  readonly shoppers: readonly Shopper[]
}

/**
 * Compares the CPU of a checkout in this tree with that in another. Each pair starts both systems again and warms both up;
 * then their rounds alternate (other, this, this, other), so that both meet the machine in the same moods. The ratios of the
 * pairs are independent of each other. What an idle system costs counts for neither: CPU is read for each system's processes.
 */
export async function comparePairs(options: PairsOptions): Promise<readonly Figure[]> {
  const other = resolve(options.against)
  await access(join(other, 'cli/src/main.ts'))
  const results: Readonly<Record<Side, ReadonlyMap<string, number>>>[] = []
  for (let nth = 1; nth <= options.pairs; nth++) {
    const result = await runPair(other, options)
    results.push(result)
    const [before, after] = [sum(result.before), sum(result.after)]
    const soFar = results.map((each) => ({ before: sum(each.before), after: sum(each.after) }))
    options.note(
      `pair ${nth}: ${ms(before)} → ${ms(after)} ms/order, ${(after / before).toFixed(3)}; all: ${intervalText(soFar)}`,
    )
  }
  return figuresOf(results, await shopOrderPath(), options)
}

async function runPair(other: string, options: PairsOptions): Promise<Record<Side, ReadonlyMap<string, number>>> {
  const systems = {
    before: await makeSystem(checkoutSettings(sampling), other),
    after: await makeSystem(checkoutSettings(sampling)),
  }
  try {
    const contenders = {
      before: await warmUp(systems.before, options),
      after: await warmUp(systems.after, options),
    }
    const rounds: Record<Side, Round[]> = { before: [], after: [] }
    for (const side of roundsOfPair) {
      const { system, shoppers } = contenders[side]
      rounds[side].push(await runRound(system, shoppers, options.isSmoke ? 4 : concurrency * 20))
    }
    return { before: meanCpu(rounds.before), after: meanCpu(rounds.after) }
  } finally {
    await Promise.all([systems.before.remove(), systems.after.remove()])
  }
}

async function warmUp(system: SystemUnderTest, { isSmoke }: PairsOptions): Promise<Contender> {
  await system.start()
  const shoppers = await makeShoppers(system, isSmoke ? 2 : concurrency)
  await placeOrders(shoppers, isSmoke ? 4 : concurrency * 30)
  return { system, shoppers }
}

function meanCpu(rounds: readonly Round[]): ReadonlyMap<string, number> {
  const parts = new Set(rounds.flatMap(({ cpu }) => [...cpu.keys()]))
  return new Map(
    [...parts].map((part) => [
      part,
      rounds.reduce((total, { cpu }) => total + (cpu.get(part) ?? 0), 0) / rounds.length,
    ]),
  )
}

function sum(cpu: ReadonlyMap<string, number>): number {
  return totalCpu({ cpu, perSecond: 0, latenciesMs: [] })
}

function figuresOf(
  results: readonly Readonly<Record<Side, ReadonlyMap<string, number>>>[],
  path: ReadonlySet<string>,
  { against }: PairsOptions,
): Figure[] {
  const settings = { ...machineSettings(), against, pairs: results.length, concurrency, sampling }
  const figure = (metric: string, pairs: readonly Pair[]): Figure => {
    const mean = (of: Side) => pairs.reduce((total, pair) => total + pair[of], 0) / pairs.length
    const { ratio, low, high } = ratioInterval(pairs)
    return {
      bench: 'pairs',
      metric,
      ours: rounded(mean('after') * 1_000),
      unit: 'ms/order',
      peer: 'the other tree',
      peerValue: rounded(mean('before') * 1_000),
      ratio: rounded(ratio),
      ...(pairs.length < 2 ? {} : { ratioLow: rounded(low), ratioHigh: rounded(high) }),
      settings,
    }
  }
  const share = (read: (cpu: CheckoutCpu) => number) =>
    results.map(({ before, after }) => ({
      before: read(divideCpu(before, path)),
      after: read(divideCpu(after, path)),
    }))
  const parts = new Set(results.flatMap(({ before, after }) => [...before.keys(), ...after.keys()]))
  return [
    figure(
      'CPU',
      results.map(({ before, after }) => ({ before: sum(before), after: sum(after) })),
    ),
    figure(
      'CPU on the path of the order',
      share((cpu) => cpu.path),
    ),
    figure(
      'CPU of what follows it',
      share((cpu) => cpu.followers),
    ),
    figure(
      'CPU of what all share',
      share((cpu) => cpu.shared),
    ),
    ...[...parts].toSorted().map((part) =>
      figure(
        `CPU of ${part}`,
        results.map(({ before, after }) => ({ before: before.get(part) ?? 0, after: after.get(part) ?? 0 })),
      ),
    ),
  ]
}

function intervalText(pairs: readonly Pair[]): string {
  const { ratio, low, high } = ratioInterval(pairs)
  return pairs.length < 2 ? ratio.toFixed(3) : `${ratio.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`
}

function ms(seconds: number): string {
  return (seconds * 1_000).toFixed(1)
}
