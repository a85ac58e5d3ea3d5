import { setTimeout as delay } from 'node:timers/promises'
import { reconciliation } from '../chaos/checks/reconciliation.ts'
import { settle } from '../chaos/checks/settle.ts'
import { gatewayAt, type Gateway } from '../chaos/gateway.ts'
import { bringUp, type WholeSystem } from '../whole-system.ts'
import { keepAsking, makeProbes } from '../outages/probes.ts'
import { makeBelongings, type Belongings } from './belongings.ts'
import { runBeside } from './beside.ts'
import { thisTree } from './sources.ts'

/** Between two requests of the same kind. */
const pauseMs = 500

type Print = (line: string) => void

interface Plan {
  /** The folder of the earlier release. */
  readonly former: string
  readonly forMs: number
  /** Called before the process ends by a signal. */
  readonly onInterrupted: () => Promise<void>
}

interface Tally {
  readonly passed: number
  readonly failed: number
}

/** Moves a shop under load from an earlier release to this one, and back. Returns how many facts hold, and how many do not. */
export async function upgrade({ former, forMs, onInterrupted }: Plan, print: Print): Promise<Tally> {
  const tally = { passed: 0, failed: 0 }
  const judge = (fact: string, complaints: readonly string[]) => {
    print(`${complaints.length === 0 ? 'ok ' : 'NOT'}  ${fact}`)
    for (const line of complaints.slice(0, 20)) print(`       ${line}`)
    tally[complaints.length === 0 ? 'passed' : 'failed'] += 1
  }
  const belongings = makeBelongings()
  let system = await bringUp({ name: 'upgrade', root: former })
  const { home } = system
  const interrupted = () =>
    void system
      .stop()
      .then(onInterrupted)
      .finally(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    const gateway = gatewayAt(system.gatewayUrl)
    judge('the earlier release serves every request', await useUnderLoad(gateway, belongings, () => delay(forMs)))
    await belongings.fillCart(gateway)
    judge(
      'while processes of both releases serve, and while those of this one end, every request succeeds',
      await useUnderLoad(gateway, belongings, () => runBeside(system, () => delay(forMs))),
    )
    judge('the records agree', await recordsOf(system))
    for (const [name, root] of releases(former)) {
      await system.down()
      system = await bringUp({ name: 'upgrade', root, home })
      const moved = gatewayAt(system.gatewayUrl)
      judge(`${name} has every order, and checks out the cart of the other`, await belongings.complaints(moved))
      judge(`${name} serves every request`, await useUnderLoad(moved, belongings, () => delay(forMs)))
      await belongings.fillCart(moved)
      judge(`the records agree with ${name}`, await recordsOf(system))
    }
    return tally
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    await system.stop()
  }
}

/** Which releases the system moves to, one after the other. */
function releases(former: string): readonly (readonly [name: string, root: string])[] {
  return [
    ['this release', thisTree],
    ['the earlier release once more', former],
    ['this release once more', thisTree],
  ]
}

/** Lets customers use the system until something has ended; returns which of their requests failed. */
async function useUnderLoad(
  gateway: Gateway,
  { keep }: Belongings,
  until: () => Promise<void>,
): Promise<readonly string[]> {
  const { probes } = await makeProbes(gateway, keep)
  const load = keepAsking(probes, pauseMs)
  try {
    await until()
  } finally {
    await load.stop()
  }
  const seen = load.madeBetween(0, Infinity)
  const counts = new Map<string, number>()
  for (const { probe, error } of seen) {
    if (error === undefined) continue
    const words = `${probe.name}: ${error}`
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  const complaints = [...counts].map(([words, count]) => `${count} of ${seen.length} × ${words}`)
  return seen.length === 0 ? ['no request was made'] : complaints
}

/** What the product finds when it compares its own records, once nothing is under way. */
async function recordsOf(system: WholeSystem): Promise<readonly string[]> {
  await settle([reconciliation], { system }, { giveUpMs: 60_000 })
  return reconciliation.complaints({ system })
}
