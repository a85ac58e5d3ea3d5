import { setTimeout as delay } from 'node:timers/promises'
import type { Conditions } from '../links/weather.ts'
import { linkTo } from '../links/links.ts'
import type { Fault, Strike } from '../fault.ts'
import { callees } from '../processes.ts'
import type { Random } from '../random.ts'

/** Makes the way to one callee, or to the database server, bad for a while. */
function badLink(kind: string, weight: number, decide: (random: Random) => Decided): Fault {
  return {
    kind,
    weight,
    plan(random, { isLong }): Strike {
      const callee = random.pick([...callees, 'order', 'inventory', 'payment', 'postgres'])
      const { words, conditions, endsWithReset } = decide(random)
      const forMs = random.between(1_000, isLong ? 20_000 : 5_000)
      return {
        what: `${words} on the way to ${callee} for ${forMs} ms`,
        async run(system) {
          const link = linkTo(system.links, callee)
          link.weather.change(conditions)
          try {
            await delay(forMs)
          } finally {
            link.weather.change({})
            if (endsWithReset === true) link.reset()
          }
        },
      }
    },
  }
}

interface Decided {
  readonly words: string
  readonly conditions: Partial<Conditions>
  readonly endsWithReset?: boolean
}

/** Latency, or next to no bandwidth. */
export const slowLink = badLink('slow link', 2, (random) => {
  if (random.share() < 0.5) {
    const latencyMs = random.between(50, 1_500)
    return { words: `${latencyMs} ms latency`, conditions: { latencyMs } }
  }
  const bytesPerSecond = random.between(500, 20_000)
  return { words: `${bytesPerSecond} bytes/s`, conditions: { bytesPerSecond } }
})

/** All connections reset, none accepted; at times only for a blink. */
export const cutLink = badLink('cut link', 2, () => ({ words: 'cut', conditions: { state: 'refused' } }))

/** Connections that stand and say nothing; afterwards they continue, or turn out to be dead. */
export const halfOpenLink = badLink('half-open link', 2, (random) => {
  const state = random.pick(['mute', 'deaf'] as const)
  const endsWithReset = random.share() < 0.5
  const way = state === 'mute' ? 'nothing comes through' : 'no answer comes through'
  return { words: `${way}${endsWithReset ? ', then a reset,' : ''}`, conditions: { state }, endsWithReset }
})
