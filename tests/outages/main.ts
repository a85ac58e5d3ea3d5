import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { askSupervisor, type ProcessRow } from '@stoa/supervisor/control'
import { dataFolderAt } from '@stoa/supervisor/data-folder'
import { system as shop } from '@stoa/systems/shop'
import { gatewayAt } from '../chaos/gateway.ts'
import { bringUp, type WholeSystem } from '../whole-system.ts'
import { takeAway, type Way } from './away.ts'
import { keepAsking, makeProbes, type Seen } from './probes.ts'

const help = `Usage: npm run outages -- [--rounds N] [--seconds N] [--only SERVICE,...]

Makes each service unavailable in turn while customers continue: requests that do not need it must succeed, and three seconds
after its return no request may be rejected and no circuit breaker may be open.
  --rounds N    number of outages (default: one for each service)
  --seconds N   duration of each outage (default: 2)
  --only a,b    only these services
`

/** Time after the return of a service in which breakers may still reject calls, and time for which it is watched afterwards. */
const graceMs = 3_000
const watchedMs = 2_000

interface Breaker {
  readonly caller: string
  readonly service: string
  readonly scope: string
  readonly state: string
}

const services = shop.services.map(({ name }) => name)
const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})
if (values.help === true) console.log(help)
else process.exitCode = await run()

async function run(): Promise<number> {
  const system = await bringUp({ name: 'outages' })
  try {
    return await outages(system)
  } finally {
    await system.stop()
  }
}

async function outages(system: WholeSystem): Promise<number> {
  const chosen = values.only?.split(',') ?? services
  const rounds = Number(values.rounds ?? chosen.length)
  const forMs = Number(values.seconds) * 1_000
  const { probes, signInAgain } = await makeProbes(gatewayAt(system.gatewayUrl))
  const load = keepAsking(probes)
  let failed = 0
  try {
    await delay(graceMs)
    for (let round = 0; round < rounds; round++) {
      const service = chosen[round % chosen.length] ?? ''
      const way: Way = Math.floor(round / chosen.length) % 2 === 0 ? 'killed' : 'frozen'
      await signInAgain()
      const complaints = await outage(system, load, { service, way, forMs })
      console.log(`${complaints.length === 0 ? 'ok' : 'NOT'}  ${round + 1}. ${service} ${way} for ${forMs / 1_000} s`)
      for (const line of complaints) console.log(`       ${line}`)
      if (complaints.length > 0) failed += 1
    }
  } finally {
    await load.stop()
  }
  console.log(`${load.madeBetween(0, Infinity).length} requests`)
  console.log(`${rounds - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

async function outage(
  system: WholeSystem,
  load: ReturnType<typeof keepAsking>,
  { service, way, forMs }: { readonly service: string; readonly way: Way; readonly forMs: number },
): Promise<string[]> {
  const folder = dataFolderAt(system.home)
  const rows = () => askSupervisor<ProcessRow[]>(folder, { command: 'ps' })
  const from = performance.now()
  await takeAway(system, rows, service, way, forMs)
  const back = performance.now()
  await delay(graceMs)
  const open = await openBreakers(system)
  await delay(watchedMs)
  const to = performance.now()
  // those in progress are answered within their own time
  await delay(7_000)
  const isNeeded = ({ probe }: Seen) => service === 'gateway' || probe.needs.includes(service)
  return [
    ...wordsFor(
      `while ${service} was unavailable`,
      load.madeBetween(from, back).filter((seen) => !isNeeded(seen)),
    ),
    ...wordsFor('three seconds after its return', load.madeBetween(back + graceMs, to)),
    ...open.map(({ caller, service: callee, scope, state }) => `${caller} → ${callee} ${scope} is ${state}`),
  ]
}

function wordsFor(when: string, seen: readonly Seen[]): string[] {
  const counts = new Map<string, number>()
  for (const { probe, error } of seen) {
    if (error === undefined) continue
    const words = `${probe.name}: ${error}`
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  return [...counts].map(([words, count]) => `${when}, ${count} × ${words}`)
}

async function openBreakers(system: WholeSystem): Promise<Breaker[]> {
  const breakers = JSON.parse(await system.stoa('breakers', 'ls', '--json')) as Breaker[]
  return breakers.filter(({ state }) => state !== 'closed')
}
