import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { services } from '../processes.ts'
import { startReplica } from '../replica.ts'

const secondMs = 1_000
/** Of these a second process runs meanwhile, so that one machine's clock differs from the other's. */
const doubled = ['order', 'inventory', 'notification'] as const
const jumpsMs = [3, 90, 3_600, 86_400].flatMap((seconds) => [seconds * secondMs, -seconds * secondMs])

/**
 * The wall clock of one service, of one of its two processes, or of all services is wrong for a while against the
 * database's, ahead or behind, and then right again.
 */
export const clockJump: Fault = {
  kind: 'clock jump',
  weight: 2,
  plan(random) {
    const share = random.share()
    const isEverywhere = share < 0.25
    const second = share > 0.6 ? random.pick(doubled) : undefined
    const victims = isEverywhere ? services : [second === undefined ? random.pick(services) : `${second}-2`]
    const aheadMs = random.pick(jumpsMs)
    const forMs = random.between(1_500, 5_000)
    const direction = aheadMs > 0 ? 'ahead' : 'behind'
    return {
      what: `clock of ${isEverywhere ? 'every service' : victims[0]} ${Math.abs(aheadMs) / secondMs} s ${direction} for ${forMs} ms`,
      async run(system) {
        const files = victims.map((name) => join(system.clocks, name))
        const replica =
          second === undefined ? undefined : await startReplica(system, { service: second, name: `${second}-2` })
        await Promise.all(files.map((file) => writeFile(file, String(aheadMs))))
        try {
          await delay(forMs)
        } finally {
          await Promise.all(files.map((file) => rm(file, { force: true })))
          await replica?.end('SIGTERM')
        }
      },
    }
  },
}
