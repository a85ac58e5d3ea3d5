import { setTimeout as delay } from 'node:timers/promises'
import { openEventLog, type EventLog } from '@stoa/events'
import type { System } from '../system.ts'

const giveUpMs = 30_000
const pauseMs = 200

/** Does something to the event log of a system; PostgreSQL may still be coming back from the fault before. */
export async function withLog({ databaseUrl }: Pick<System, 'databaseUrl'>, run: (log: EventLog) => Promise<void>) {
  const log = openEventLog({ url: databaseUrl('event_log'), applicationName: 'stoa-chaos' })
  const untilMs = performance.now() + giveUpMs
  try {
    for (;;) {
      try {
        return await run(log)
      } catch (error) {
        const isPassing = error instanceof Error && 'retryable' in error && error.retryable === true
        if (!isPassing || performance.now() > untilMs) throw error
        await delay(pauseMs)
      }
    }
  } finally {
    await log.close()
  }
}
