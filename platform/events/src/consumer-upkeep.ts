import { groupsOf, type Service } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { EventLog } from './event-log.ts'
import { inboxRetentionMs as defaultInboxRetentionMs, pruneInbox } from './inbox.ts'

const pruneEveryMs = 60 * 60 * 1_000

interface UpkeepOptions {
  readonly service: Service
  readonly log: EventLog
  readonly database: Database
  readonly telemetry: Telemetry
  readonly inboxRetentionMs?: number | undefined
}

/** Removes what consumers no longer need to remember, every hour, and measures how far they are behind. */
export function startConsumerUpkeep(options: UpkeepOptions): { readonly stop: () => void } {
  const { database, telemetry, inboxRetentionMs = defaultInboxRetentionMs } = options
  const prune = () =>
    void pruneInbox(database, inboxRetentionMs).catch((error: unknown) => {
      telemetry.logger.warn('the inbox could not be pruned', { error })
    })
  // At once too: a process that is replaced every hour would never prune.
  prune()
  const pruning = setInterval(prune, pruneEveryMs).unref()
  observe(options)
  return { stop: () => clearInterval(pruning) }
}

function observe({ service, log, database, telemetry: { metrics } }: UpkeepOptions): void {
  metrics.gauge(
    'event_consumer_lag',
    'Events in the log that this consumer group has not handled',
    ['topic'],
    async (gauge) => {
      const lags = (await Promise.all(groupsOf(service).map((group) => log.lag(group)))).flat()
      gauge.clear()
      for (const { topic, lag } of lags) gauge.add(lag, { topic })
    },
  )
  metrics.gauge('event_dead_letters', 'Events that failed, or wait behind a failed event', ['state'], async (gauge) => {
    const rows = await database.read.sql<{ state: string; count: number }>`
      select state, count(*)::int as count from dead_letters where state <> 'discarded' group by state`
    gauge.clear()
    for (const { state, count } of rows) gauge.set(count, { state })
  })
}
