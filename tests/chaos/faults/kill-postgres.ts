import type { Fault } from '../fault.ts'
import { pidOf, pidsOf, signal } from '../processes.ts'

/** The database server dies: its first process, or one behind a connection, after which it starts its crash recovery. */
export const killPostgres: Fault = {
  kind: 'kill postgres',
  weight: 1,
  plan(random) {
    if (random.share() < 0.6) {
      return {
        what: 'kill -9 postgres',
        kills: 1,
        run: async (system) => signal(await pidOf(system, 'postgres'), 'SIGKILL'),
      }
    }
    const share = random.share()
    return {
      what: 'kill -9 one process of postgres',
      kills: 1,
      async run(system) {
        const [, ...children] = await pidsOf(system, 'postgres')
        signal(children[Math.floor(share * children.length)], 'SIGKILL')
      },
    }
  },
}
