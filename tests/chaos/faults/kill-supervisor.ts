import type { Fault } from '../fault.ts'
import { signal, supervisorPid } from '../processes.ts'

/** The supervisor dies, its services follow it, and it is started again by hand. */
export const killSupervisor: Fault = {
  kind: 'kill supervisor',
  weight: 1,
  plan: () => ({
    what: 'kill -9 supervisor, then up again',
    kills: 1,
    async run(system) {
      signal(await supervisorPid(system), 'SIGKILL')
      await system.stoa('up', '--detach')
    },
  }),
}
