import type { Plan } from './arguments.ts'
import type { Fault, Strike } from './fault.ts'
import { makeRandom } from './random.ts'

/** One fault of a run, and what happens around it. */
export interface Planned extends Strike {
  readonly kind: string
  /** Before it, so that it hits the system at any moment of its work. */
  readonly pauseMs: number
  /** Whether the next one comes without waiting until the system is well again. */
  readonly isFollowedAtOnce: boolean
}

const longestPauseMs = 1_500
const shareFollowedAtOnce = 0.25
/** How many times more often one process is killed in a run that continues until many have been. */
const killsTimes = 24

/** What of a run's plan says which faults come. */
export type Deal = Pick<Plan, 'seed' | 'isLong' | 'kills'>

/**
 * The faults of a run, without end: by chance, the same for the same seed. Every kind comes up before any is dealt out
 * again, so that a short run has seen as many kinds as it can.
 */
export function* dealFaults(faults: readonly Fault[], { seed, isLong, kills }: Deal): Generator<Planned, never> {
  const random = makeRandom(seed, 'schedule')
  const weightOf = ({ kind, weight }: Fault) => (kills > 0 && kind === 'kill' ? weight * killsTimes : weight)
  const further = faults.flatMap((fault) => Array.from({ length: weightOf(fault) - 1 }, () => fault))
  for (;;) {
    for (const { kind, plan } of [...random.shuffle(faults), ...random.shuffle(further)]) {
      const strike = plan(random, { isLong })
      const pauseMs = random.between(0, longestPauseMs)
      yield { kind, ...strike, pauseMs, isFollowedAtOnce: random.share() < shareFollowedAtOnce }
    }
  }
}
