import type { Check } from '../chaos/checks/check.ts'
import { judge, type Outcome } from '../chaos/checks/judge.ts'
import { bookChecks } from '../chaos/checks/money.ts'
import { leftOverChecks } from '../chaos/checks/left-over.ts'
import { reconciliation } from '../chaos/checks/reconciliation.ts'
import { settle } from '../chaos/checks/settle.ts'
import { stockBookChecks } from '../chaos/checks/stock.ts'
import { forgetAccounts } from '../requests/accounts.ts'
import { goTo } from '../requests/doors.ts'
import { answersToRandom, type Answers } from '../requests/failures.ts'
import { goodRequest } from '../requests/good-requests.ts'
import { declaredRoutes, type DeclaredRoute } from '../requests/declared-routes.ts'
import { bringUp, type WholeSystem } from '../whole-system.ts'
import type { FuzzPlan } from './arguments.ts'
import { makeBusy } from './busy.ts'
import { askHeld, heldTable, nothingKept, reportingHeld, type AllHeld } from './held.ts'
import { endReviews } from './reviews.ts'
import { addTo, shownTally, totalOf, type Tally } from './tally.ts'

type Print = (line: string) => void

const roundsOfALongRun = 12
/** From so many requests to an operation on a sixth of them is enough for everything to be warm. */
const longRun = 10_000
/** Longer than an order rests between two of its days. */
const quietMs = 10_000

/** Brings a system up and sends random requests to it. Answers how many operations and facts hold, and how many do not. */
export async function fuzz(plan: FuzzPlan, print: Print): Promise<Outcome> {
  const operations = declaredRoutes.filter(({ at }) => plan.only?.includes(at) !== false)
  if (operations.length === 0)
    throw new TypeError(`the operations are ${declaredRoutes.map(({ at }) => at).join(', ')}`)
  print(`seed ${plan.seed}, ${plan.count} requests to each of ${operations.length} operations`)
  const system = await bringUp({ name: 'fuzz', scale: { order: 2, inventory: 2 }, settings: reportingHeld })
  let endBusy = () => Promise.resolve()
  const interrupted = () => void system.stop().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    goTo(system)
    if (plan.isBusy) endBusy = await makeBusy()
    return await fuzzAll(system, operations, plan, print)
  } finally {
    await endBusy()
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    await system.stop()
  }
}

/** Sends to every operation in each round, so that all rounds are alike; then looks at what they left behind. */
async function fuzzAll(
  system: WholeSystem,
  operations: readonly DeclaredRoute[],
  plan: FuzzPlan,
  print: Print,
): Promise<Outcome> {
  const rounds = plan.count >= longRun ? roundsOfALongRun : 1
  const before = await system.rows()
  const startedAt = performance.now()
  const tally: Tally = new Map()
  let early: AllHeld = new Map()
  for (let round = 1; round <= rounds; round += 1) {
    // tokens run out
    forgetAccounts()
    const some = { count: Math.ceil(plan.count / rounds), seed: plan.seed + round }
    for (const each of operations) addTo(tally, each.at, await fuzzOne(each, some))
    await comeToRest(system)
    if (round === rounds / 6) early = await askHeld(system)
    print(`round ${round} of ${rounds}: ${totalOf(tally)} in ${minutesSince(startedAt)} min`)
  }
  const late = rounds === 1 ? early : await askHeld(system)
  for (const line of ['', ...shownTally(tally), '', ...heldTable(early, late), '']) print(line)
  print(`${totalOf(tally)} in ${minutesSince(startedAt)} min`)
  const checks = [allStillRun(before), ...leftOverChecks, ...bookChecks, ...stockBookChecks, reconciliation]
  const facts = rounds === 1 ? checks : [...checks, nothingKept(early, late)]
  const { passed, failed } = await judge(facts, { system }, print)
  const badOperations = [...tally.values()].filter(({ failures }) => failures.length > 0).length
  return { passed: passed + operations.length - badOperations, failed: failed + badOperations }
}

/** Lets all that was begun come to its end: by itself, then what staff have to decide. */
async function comeToRest(system: WholeSystem): Promise<void> {
  await settle(leftOverChecks, { system }, { giveUpMs: quietMs })
  await endReviews()
  await settle(leftOverChecks, { system }, { quietMs })
}

async function fuzzOne(each: DeclaredRoute, some: Pick<FuzzPlan, 'count' | 'seed'>): Promise<Answers> {
  // an account has room for only so many of some things
  const good = await goodRequest(each)
    .catch(() => {
      forgetAccounts()
      return goodRequest(each)
    })
    .catch((error: Error) => error)
  return good instanceof Error
    ? { done: 0, refused: 0, failures: [`no good request: ${good.message}`] }
    : answersToRandom(each, good, some)
}

function minutesSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 60_000).toFixed(1)
}

function allStillRun(before: Awaited<ReturnType<WholeSystem['rows']>>): Check<{ readonly system: WholeSystem }> {
  return {
    fact: 'every process that ran at first still runs',
    async complaints({ system }) {
      const now = await system.rows()
      return before
        .filter(({ instance, pid }) => !now.some((each) => each.instance === instance && each.pid === pid))
        .map(({ instance }) => `${instance} has ended`)
    },
  }
}
