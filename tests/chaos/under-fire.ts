import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from './arguments.ts'
import type { Fault } from './fault.ts'
import type { Prober, Recovery } from './recovery.ts'
import { dealFaults, type Planned } from './schedule.ts'
import type { System } from './system.ts'

/** A fault that has happened. */
export interface Happened extends Planned {
  /** Since the first, in seconds. */
  readonly atSeconds: number
  /** From its end to a system that is well; undefined when the next one came first. */
  readonly recovery: Recovery | undefined
}

const giveUpMs = 60_000

interface FireOptions {
  readonly plan: Plan
  readonly system: System
  readonly prober: Prober
  readonly faults: readonly Fault[]
  readonly print: (line: string) => void
}

/** Lets one fault after another happen until there were enough. @throws when the system does not get well */
export async function underFire({ plan, system, prober, faults, print }: FireOptions): Promise<Happened[]> {
  const happened: Happened[] = []
  const startedAt = performance.now()
  const deck = dealFaults(faults, plan)
  for (;;) {
    const { value: planned } = deck.next()
    const { pauseMs, what, run } = planned
    await delay(pauseMs)
    const atSeconds = (performance.now() - startedAt) / 1_000
    const number = `${happened.length + 1}`.padStart(3)
    print(`${number}  ${atSeconds.toFixed(1).padStart(6)} s  ${what}`)
    await run(system)
    const isLast = await isEnough(plan, [...happened, { ...planned, atSeconds, recovery: undefined }], system)
    const isWaitedFor = isLast || !planned.isFollowedAtOnce
    const recovery = isWaitedFor ? await prober.untilWell(giveUpMs) : undefined
    happened.push({ ...planned, atSeconds, recovery })
    if (recovery !== undefined) print(`${' '.repeat(15)}${inWords(recovery)}`)
    if (isLast) return happened
  }
}

function inWords({ readyMs, wellMs }: Recovery): string {
  const [ready, well] = [readyMs, wellMs].map((ms) => (ms / 1_000).toFixed(1))
  return `all ready after ${ready} s, an order confirmed after ${well} s`
}

async function isEnough(plan: Plan, happened: readonly Happened[], system: System): Promise<boolean> {
  const minutes = (happened.at(-1)?.atSeconds ?? 0) / 60
  if (happened.length < plan.faults || minutes < plan.minutes || killsOf(happened) < plan.kills) return false
  return plan.takeovers === 0 || (await takeoversOf(system).catch(() => 0)) >= plan.takeovers
}

/** How many processes were killed. */
export function killsOf(happened: readonly Planned[]): number {
  return happened.reduce((sum, { kills = 0 }) => sum + kills, 0)
}

/** How often a saga went from a worker that was lost to another one. */
export async function takeoversOf({ sql }: System): Promise<number> {
  const [row] = await sql('order', 'select coalesce(sum(epoch - 1), 0)::int as count from sagas')
  return row?.['count'] ?? 0
}
