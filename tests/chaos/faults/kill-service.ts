import type { Fault } from '../fault.ts'
import { pidOf, services, signal } from '../processes.ts'

// What drives the sagas is hit most: so many of them have to be taken over.
const victims = [...services, 'order', 'order', 'order', 'order']

/** A service, the registry, auth or the gateway dies without a word. */
export const killService: Fault = {
  kind: 'kill',
  weight: 4,
  plan(random) {
    const victim = random.pick(victims)
    return {
      what: `kill -9 ${victim}`,
      kills: 1,
      run: async (system) => signal(await pidOf(system, victim), 'SIGKILL'),
    }
  },
}
