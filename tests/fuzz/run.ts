import { judge, type Outcome } from '../chaos/checks/judge.ts'
import type { Check } from '../chaos/checks/check.ts'
import { leftOverChecks } from '../chaos/checks/left-over.ts'
import { reconciliationOfOrders } from '../chaos/checks/reconciliation.ts'
import { settle } from '../chaos/checks/settle.ts'
import { forgetAccounts } from '../requests/accounts.ts'
import { goTo } from '../requests/doors.ts'
import { answersToRandom, type Answers } from '../requests/failures.ts'
import { goodRequest } from '../requests/good-requests.ts'
import { said, type Said } from '../requests/said.ts'
import { bringUp, type WholeSystem } from '../whole-system.ts'
import type { FuzzPlan } from './arguments.ts'

type Tell = (line: string) => void

/** Requests about one thing: most of them change it, and soon it is in its last state. */
const requestsPerThing = 2_000
const shownFailures = 10
/** Longer than an order rests between two of its days. */
const quietMs = 10_000
const restMs = 20_000

/** Brings a system up and sends random requests to it. Answers how many operations and facts hold, and how many do not. */
export async function fuzz(plan: FuzzPlan, tell: Tell): Promise<Outcome> {
  tell(`seed ${plan.seed}, ${plan.count} requests to each operation`)
  const system = await bringUp({ name: 'fuzz', scale: { order: 2, inventory: 2 } })
  const interrupted = () => void system.stop().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await fuzzAll(system, plan, tell)
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    await system.stop()
  }
}

/** Sends random requests to one operation after another, then looks at what they left behind. */
async function fuzzAll(system: WholeSystem, plan: FuzzPlan, tell: Tell): Promise<Outcome> {
  goTo(system)
  const operations = said.filter(({ at }) => plan.only?.includes(at) !== false)
  if (operations.length === 0) throw new TypeError(`the operations are ${said.map(({ at }) => at).join(', ')}`)
  const before = await system.rows()
  const startedAt = performance.now()
  const total = { done: 0, refused: 0, failed: 0, operationsFailed: 0 }
  tell(row('operation', ['done', 'refused', 'failed', 'a second']))
  for (const each of operations) {
    // orders are on their way from some to others
    await settle(leftOverChecks, { system }, { giveUpMs: restMs })
    const { done, refused, failures } = await fuzzOne(each, plan, tell)
    total.done += done
    total.refused += refused
    total.failed += failures.length
    total.operationsFailed += Math.min(1, failures.length)
  }
  await settle(leftOverChecks, { system }, { quietMs })
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
  const sent = total.done + total.refused + total.failed
  tell('')
  tell(`${sent} requests in ${minutes} min: ${total.done} done, ${total.refused} refused, ${total.failed} failed`)
  const { passed, failed } = await judge(
    [allStillRun(before), ...leftOverChecks, reconciliationOfOrders],
    { system },
    tell,
  )
  return { passed: passed + operations.length - total.operationsFailed, failed: failed + total.operationsFailed }
}

async function fuzzOne(each: Said, { count, seed }: FuzzPlan, tell: Tell): Promise<Answers> {
  const startedAt = performance.now()
  let [done, refused] = [0, 0]
  const failures: string[] = []
  for (let from = 0; from < count; from += requestsPerThing) {
    const some = { count: Math.min(requestsPerThing, count - from), seed: seed + from }
    const answers = await fuzzAThing(each, some)
    done += answers.done
    refused += answers.refused
    failures.push(...answers.failures)
  }
  const aSecond = Math.round(count / ((performance.now() - startedAt) / 1_000))
  tell(row(each.at, [done, refused, failures.length, aSecond]))
  for (const failure of failures.slice(0, shownFailures)) tell(`FAILED    ${failure}`)
  return { done, refused, failures }
}

async function fuzzAThing(each: Said, some: Pick<FuzzPlan, 'count' | 'seed'>): Promise<Answers> {
  // tokens run out, and an account has room for only so many of some things
  forgetAccounts()
  const good = await goodRequest(each).catch((error: Error) => error)
  return good instanceof Error
    ? { done: 0, refused: 0, failures: [`no good request: ${good.message}`] }
    : answersToRandom(each, good, some)
}

function row(name: string, columns: readonly (string | number)[]): string {
  return name.padEnd(36) + columns.map((column) => String(column).padStart(10)).join('')
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
