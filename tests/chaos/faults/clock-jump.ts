import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { services } from '../processes.ts'

const second = 1_000
const jumpsMs = [3, 90, 3_600, 86_400].flatMap((seconds) => [seconds * second, -seconds * second])

/** The wall clock of one service, or of all of them, is wrong for a while against the database's, and then right again. */
export const clockJump: Fault = {
  kind: 'clock jump',
  weight: 2,
  plan(random) {
    const isEverywhere = random.share() < 0.25
    const victims = isEverywhere ? services : [random.pick(services)]
    const aheadMs = random.pick(jumpsMs)
    const forMs = random.between(1_500, 5_000)
    const direction = aheadMs > 0 ? 'ahead' : 'behind'
    return {
      what: `clock of ${isEverywhere ? 'every service' : victims[0]} ${Math.abs(aheadMs) / second} s ${direction} for ${forMs} ms`,
      async run({ clocks }) {
        const files = victims.map((name) => join(clocks, name))
        await Promise.all(files.map((file) => writeFile(file, String(aheadMs))))
        try {
          await delay(forMs)
        } finally {
          await Promise.all(files.map((file) => rm(file, { force: true })))
        }
      },
    }
  },
}
