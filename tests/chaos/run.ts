import type { Plan } from './arguments.ts'
import { checks, settled } from './checks/all.ts'
import type { Aftermath, Check } from './checks/check.ts'
import { releaseChecks } from './checks/releases.ts'
import { judge, type Outcome } from './checks/judge.ts'
import { signedIn } from './customer.ts'
import type { Fault } from './fault.ts'
import { faults as allFaults } from './faults/all.ts'
import { gatewayAt } from './gateway.ts'
import { makeProber, type Prober } from './recovery.ts'
import { countBy, recoveryTable } from './report.ts'
import { startShoppers, type Shoppers } from './shoppers.ts'
import type { System } from './system.ts'
import { killsOf, takeoversOf, underFire, type Happened } from './under-fire.ts'

type Print = (line: string) => void

const wellWithinMs = 10_000
const longestQuietMs = 60_000

/** Shops under fire, then looks at what is left. Answers how many facts hold, and how many do not. */
export async function runChaos(system: System, plan: Plan, print: Print): Promise<Outcome> {
  const gateway = gatewayAt(system.gatewayUrl)
  const faults = chooseFaults(system, plan, print)
  const asStaff = await signedIn(gateway, 'staff@stoa.example')
  const prober = await makeProber(system, gateway)
  await prober.untilWell(longestQuietMs)
  const shoppers = await startShoppers(gateway, { count: plan.shoppers, seed: plan.seed, home: system.home })
  let happened: readonly Happened[]
  try {
    happened = await underFire({ plan, system, prober, faults, print })
  } finally {
    await shoppers.stop()
  }
  const aftermath: Aftermath = { system, wishes: [...shoppers.wishes, ...prober.wishes], asStaff }
  await settled(aftermath)
  for (const line of ['', ...recoveryTable(happened), '']) print(line)
  print(
    `${happened.length} faults, ${killsOf(happened)} processes killed, ${await takeoversOf(system)} sagas taken over`,
  )
  print(`${aftermath.wishes.length} orders wanted: ${countBy(aftermath.wishes, ({ kind }) => kind)}`)
  print(`they ended: ${await endsOf(aftermath)}`)
  print('')
  const ofReleases = system.releases.joinedMs.length > 0 ? releaseChecks : []
  return judge([recoveryOf(happened), ...checks, ...ofReleases, replayed(shoppers, prober)], aftermath, print)
}

function chooseFaults(system: System, { only }: Plan, print: Print): Fault[] {
  const wanted = allFaults.filter(({ kind }) => only?.includes(kind) !== false)
  if (wanted.length === 0)
    throw new TypeError(`the kinds of faults are ${allFaults.map(({ kind }) => kind).join(', ')}`)
  return wanted.filter(({ kind, refused }) => {
    const reason = refused?.(system)
    if (reason !== undefined) print(`left out: ${kind}: ${reason}`)
    return reason === undefined
  })
}

async function endsOf({ system, wishes }: Aftermath): Promise<string> {
  const rows = await system.sql('order', 'select id, status, reason from orders')
  const endOf = new Map(rows.map(({ id, status, reason }) => [id, reason === null ? status : `${status} (${reason})`]))
  return countBy(wishes, ({ orderId, refused }) => endOf.get(orderId) ?? `refused (${refused})`)
}

function recoveryOf(happened: readonly Happened[]): Check {
  const recoveryMs = happened.at(-1)?.recovery?.wellMs ?? Infinity
  return {
    fact: 'all is well within 10 s of the end of the last fault',
    complaints: async () => (recoveryMs <= wellWithinMs ? [] : [`it took ${(recoveryMs / 1_000).toFixed(1)} s`]),
  }
}

function replayed(shoppers: Shoppers, prober: Prober): Check {
  return {
    fact: 'every key is answered with its order once more',
    complaints: async () => [...(await shoppers.replay()), ...(await prober.replay())],
  }
}
