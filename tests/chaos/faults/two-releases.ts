import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { pidOf, signal } from '../processes.ts'
import { upgraded } from '../releases/releases.ts'

/**
 * The next release of a service runs beside the current one. Then it is rolled back for a moment, or the current one is
 * stopped and it continues alone. Afterwards both run, through all that follows, until it is hit again.
 */
export const twoReleases: Fault = {
  kind: 'two-releases',
  weight: 1,
  plan(random, { isLong }) {
    const services = random.pick([[...upgraded], ['order'] as const, ['notification'] as const])
    const besideMs = random.between(500, isLong ? 8_000 : 2_500)
    const afterMs = random.between(200, isLong ? 8_000 : 2_500)
    const way = random.pick(['back', 'forward'] as const)
    const how = random.pick(['SIGTERM', 'SIGKILL'] as const)
    const gone = way === 'back' ? 'the next' : 'the present'
    return {
      what: `next release of ${services.join(' and ')} for ${besideMs} ms, then ${how} to ${gone} one`,
      kills: how === 'SIGKILL' ? services.length : 0,
      async run(system) {
        const { releases } = system
        const each = (run: (service: (typeof upgraded)[number]) => Promise<void>) => Promise.all(services.map(run))
        await each((service) => releases.forward(system, service))
        await delay(besideMs)
        if (way === 'forward') await each(async (service) => signal(await pidOf(system, service), how))
        else await each((service) => releases.back(service, how))
        await delay(afterMs)
        await each((service) => releases.forward(system, service))
      },
    }
  },
}
