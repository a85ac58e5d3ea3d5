import { setTimeout as delay } from 'node:timers/promises'
import { chanceFrom, type Chance } from './chance.ts'
import { gatewayAt, type Ask } from './gateway.ts'
import { findGoods } from './goods.ts'
import { scarceQuantity, scenarios, type Scenario } from './scenarios.ts'
import { register, visitAsGuest, type Shopper } from './shoppers.ts'
import { countAnswer, findDifferences, makeTally, type Tally } from './tally.ts'
import type { Visit } from './visit.ts'
import { look } from './watch.ts'

/** What a demonstration is run with. */
export interface DemoOptions {
  /** Of the gateway. */
  readonly url: string
  /** A token of those who work in the shop. */
  readonly staff: () => Promise<string>
  readonly visits: number
  readonly visitsPerSecond: number
  readonly seed: number
  /** No more shoppers come in. */
  readonly closing: AbortSignal
  /** What is in progress is left where it is. */
  readonly ending: AbortSignal
  readonly onTick: (tally: Tally) => void
}

const atOnce = 16
const tickMs = 500
const settleMs = 90_000
// A shopper's token lasts a quarter of an hour.
const staysMs = 10 * 60_000

/** Lets shoppers in until all have come or the shop closes, and waits for what they have begun; undefined without goods. */
export async function runDemo(options: DemoOptions): Promise<Tally | undefined> {
  const { url, staff, visits, seed, ending } = options
  const tally = makeTally()
  const ask = gatewayAt({ url, signal: ending, onAnswer: (answer) => countAnswer(tally, answer) })
  const aside = gatewayAt({ url, signal: ending, onAnswer: () => {} })
  const chance = chanceFrom(seed)
  const scarceVisits = Math.ceil((visits * 3) / 20)
  const goods = await findGoods(aside, await staff(), scarceQuantity * Math.max(1, Math.floor(scarceVisits * 0.6)))
  if (goods === undefined) return undefined
  const shopper = shoppersFor({ ask, chance, tally })
  const over = new AbortController()
  const watching = watch(tally, options, over.signal)
  await letIn({ ask, aside, chance, tally, goods, staff, shopper, signal: ending }, options)
  await settle(tally, ending)
  over.abort()
  await watching
  return tally
}

/** Lets them in one after the other, in their time, and no more at once than the shop has room for. */
async function letIn(visit: Visit, { visits, visitsPerSecond, closing, ending }: DemoOptions): Promise<void> {
  const startedAt = performance.now()
  const underWay = new Set<Promise<void>>()
  const deck = dealer(visit.chance)
  for (let count = 0; count < visits && !closing.aborted; count += 1) {
    const dueMs = startedAt + (count * 1_000) / visitsPerSecond - performance.now()
    if (dueMs > 0) await delay(dueMs, undefined, { signal: closing }).catch(() => {})
    if (underWay.size >= atOnce) await Promise.race(underWay)
    if (closing.aborted) break
    const running = deck()
      .visit(visit)
      .finally(() => underWay.delete(running))
    underWay.add(running)
  }
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  ending.addEventListener('abort', () => resolve(), { once: true })
  await Promise.race([Promise.all(underWay), ended])
}

/** Deals kinds of visits, so that in each twenty there is each as often as it says. */
function dealer(chance: Chance): () => Scenario {
  const twenty = scenarios.flatMap((scenario) => Array.from({ length: scenario.ofTwenty }, () => scenario))
  let deck: Scenario[] = []
  return () => {
    if (deck.length === 0) deck = chance.shuffled(twenty)
    const scenario = deck.pop()
    if (scenario === undefined) throw new Error('there are no scenarios')
    return scenario
  }
}

/** Some who come have been here before, some are guests, the others register. */
function shoppersFor(parts: { readonly ask: Ask; readonly chance: Chance; readonly tally: Tally }) {
  const known: { readonly shopper: Shopper; readonly sinceMs: number }[] = []
  return async (): Promise<Shopper | undefined> => {
    const { chance } = parts
    while ((known[0]?.sinceMs ?? Infinity) < performance.now() - staysMs) known.shift()
    const dice = chance.next()
    if (dice < 0.5 && known.length > 0) return chance.pick(known).shopper
    const shopper = dice < 0.75 ? await register(parts) : await visitAsGuest(parts)
    if (shopper !== undefined) known.push({ shopper, sinceMs: performance.now() })
    return shopper
  }
}

/** Looks every second at what has become of the orders, and at the end once more at all of them. */
async function watch(tally: Tally, { url, staff, onTick }: DemoOptions, over: AbortSignal): Promise<void> {
  const ask = gatewayAt({ url, signal: new AbortController().signal, onAnswer: () => {} })
  for (let tick = 0; !over.aborted; tick += 1) {
    if (tick % 2 === 0) await look(ask, tally, await staff(), 'latest').catch(() => {})
    onTick(tally)
    await delay(tickMs, undefined, { signal: over }).catch(() => {})
  }
  // What was left where it was comes to its end by itself: only what stays different is a difference.
  for (let attempt = 0; attempt === 0 || (attempt < 20 && findDifferences(tally).length > 0); attempt += 1) {
    if (attempt > 0) await delay(tickMs)
    await look(ask, tally, await staff(), 'all')
  }
  onTick(tally)
}

const openStatuses = new Set(['pending', 'on_hold'])

/** Until every order has come to something: the bank that never answers takes its time. */
async function settle({ orders }: Tally, ending: AbortSignal): Promise<void> {
  const untilMs = performance.now() + settleMs
  const isOpen = () => [...orders.values()].some((order) => order === undefined || openStatuses.has(order.status))
  while (isOpen() && performance.now() < untilMs && !ending.aborted)
    await delay(tickMs, undefined, { signal: ending }).catch(() => {})
}
