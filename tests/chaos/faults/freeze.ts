import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { pidsOf, services, signal } from '../processes.ts'

const leaseMs = 6_000

/** A process stands still for a while, shorter or longer than the leases of sagas and event partitions, and continues. */
export const freeze: Fault = {
  kind: 'freeze',
  weight: 3,
  plan(random, { isLong }) {
    const victim = random.pick([...services, 'order', 'postgres'])
    const isPastLease = random.share() < 0.5
    const forMs = isPastLease ? leaseMs + random.between(500, isLong ? 14_000 : 3_000) : random.between(500, 3_000)
    return {
      what: `SIGSTOP ${victim} for ${forMs} ms`,
      async run(system) {
        const pids = await pidsOf(system, victim)
        for (const pid of pids) signal(pid, 'SIGSTOP')
        try {
          await delay(forMs)
        } finally {
          for (const pid of pids) signal(pid, 'SIGCONT')
        }
      },
    }
  },
}
