import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { linkTo } from '../links/links.ts'
import { pidOf, signal } from '../processes.ts'

/** The registry dies and cannot be reached for a while; in a long run beyond the leases it gives. */
export const registryAway: Fault = {
  kind: 'registry away',
  weight: 1,
  plan(random, { isLong }) {
    const forMs = random.between(3_000, isLong ? 45_000 : 8_000)
    return {
      what: `registry killed and away for ${forMs} ms`,
      kills: 1,
      async run(system) {
        const { weather } = linkTo(system.links, 'registry')
        weather.change({ state: 'refused' })
        signal(await pidOf(system, 'registry'), 'SIGKILL')
        try {
          await delay(forMs)
        } finally {
          weather.change({})
        }
      },
    }
  },
}
