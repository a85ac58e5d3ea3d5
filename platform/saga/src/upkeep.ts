import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { Definitions } from './definitions.ts'
import { reduceEndedSagas } from './retention.ts'
import { isKnown } from './transition.ts'

interface UpkeepOptions {
  readonly database: Database
  readonly definitions: Definitions
  readonly telemetry: Telemetry
  readonly retentionDays: number
  /** The longest pause between two attempts. */
  readonly maxDelayMs: number
}

const everyMs = 60_000

/** Runs at the start and once a minute: resets times in the future, applies the retention, counts sagas of other releases. */
export function startUpkeep({ database, definitions, telemetry, retentionDays, maxDelayMs }: UpkeepOptions): {
  /** Resolves when the run in progress has ended. */
  stop: () => Promise<void>
} {
  let isStopped = false
  let running: Promise<void> | undefined
  let foreign = 0
  telemetry.metrics.gauge(
    'saga_of_other_release',
    'Sagas without a worker, of versions unknown to this release',
    [],
    (gauge) => gauge.set(foreign),
  )
  const runOnce = async () => {
    try {
      const woken = await wakeFromFuture(database, maxDelayMs)
      if (woken > 0)
        telemetry.logger.warn('sagas are tried now because the clock of the database was set back', { sagas: woken })
      await reduceEndedSagas(database, retentionDays, () => isStopped)
      const before = foreign
      foreign = await countForeign(database, definitions)
      if (foreign > before)
        telemetry.logger.warn('sagas wait for a release that knows their version', { sagas: foreign })
    } catch (error) {
      if (!isStopped) telemetry.logger.warn('the upkeep of sagas failed', { error })
    }
  }
  const run = () => {
    running ??= runOnce().finally(() => (running = undefined))
  }
  run()
  const timer = setInterval(run, everyMs).unref()
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await running
    },
  }
}

/** Makes sagas due whose next attempt lies further ahead than any delay, which happens when the database's clock is set back. */
async function wakeFromFuture(database: Database, maxDelayMs: number): Promise<number> {
  const rows = await database.transaction(
    ({ sql }) => sql`
      update sagas s set next_at = clock_timestamp()
      where s.owner is null and s.next_at is not null and s.state in ('running', 'waiting', 'compensating')
        and s.next_at > clock_timestamp() + ${maxDelayMs + everyMs}::float8 * interval '1 millisecond'
      returning 1`,
  )
  return rows.length
}

async function countForeign(database: Database, { names, versions }: Definitions): Promise<number> {
  const [row] = await database.read.sql<{ sagas: number }>`
    select count(*) as sagas from sagas s
    where s.owner is null and s.next_at is null and s.state in ('running', 'waiting', 'compensating')
      and not ${isKnown(names, versions)}`
  return row?.sagas ?? 0
}
