import type { Fault } from '../fault.ts'
import { pidOf, services, signal } from '../processes.ts'

/** Two services die at once. */
export const killTwo: Fault = {
  kind: 'kill two',
  weight: 1,
  plan(random) {
    const victims = random.shuffle(services).slice(0, 2)
    return {
      what: `kill -9 ${victims.join(' and ')}`,
      kills: 2,
      async run(system) {
        const pids = await Promise.all(victims.map((victim) => pidOf(system, victim)))
        for (const pid of pids) signal(pid, 'SIGKILL')
      },
    }
  },
}
