import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'

/** The disk with the database, the logs and the spans is full for a while. */
export const diskFull: Fault = {
  kind: 'full disk',
  weight: 1,
  refused: ({ disk }) => ('refused' in disk ? disk.refused : undefined),
  plan(random, { isLong }) {
    const forMs = random.between(2_000, isLong ? 12_000 : 5_000)
    return {
      what: `disk full for ${forMs} ms`,
      async run({ disk }) {
        if ('refused' in disk) throw new Error(disk.refused)
        await disk.fill()
        try {
          await delay(forMs)
        } finally {
          await disk.free()
        }
      },
    }
  },
}
