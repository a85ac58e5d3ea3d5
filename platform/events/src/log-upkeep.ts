import type { Service } from '@stoa/contract'
import type { Telemetry } from '@stoa/telemetry'
import { topicOf } from './cloud-event.ts'
import type { EventLog } from './event-log.ts'

/** What the upkeep of the log works with. */
export interface LogUpkeepOptions {
  readonly service: Service
  readonly log: EventLog
  readonly telemetry: Telemetry
  /** The retention of the events of the service; permanent if undefined. */
  readonly retentionMs: number | undefined
  readonly everyMs?: number
}

/** The running upkeep of the log. */
export interface LogUpkeep {
  readonly stop: () => void
}

const hourMs = 3_600_000

/**
 * Maintains the log, as every service does: sets the retention of the topic of the service; then, immediately and every hour, creates the
 * next partitions of all topics and removes expired events.
 */
export function startLogUpkeep({
  service,
  log,
  telemetry,
  retentionMs,
  everyMs = hourMs,
}: LogUpkeepOptions): LogUpkeep {
  const { logger, metrics } = telemetry
  const removed = metrics.counter('event_log_removed_total', 'Events removed from the log by retention')
  const skipped = metrics.counter('event_log_skipped_total', 'Removed events that a consumer group had not consumed', [
    'group',
  ])
  let isRetentionSet = Object.keys(service.publishes).length === 0
  const keepUp = async () => {
    try {
      if (!isRetentionSet) await log.setRetention(topicOf(service), retentionMs)
      isRetentionSet = true
      const outcome = await log.prune()
      removed.add(outcome.events)
      if (outcome.events > 0) logger.info('events removed by retention', { events: outcome.events })
      for (const { topic, group } of outcome.held) {
        logger.warn('retention is delayed: a consumer group has not consumed the events', { topic, group })
      }
      for (const { topic, group, events } of outcome.skipped) {
        skipped.add(events, { group })
        logger.warn('a consumer group was moved past events that it had not consumed', { topic, group, events })
      }
    } catch (error) {
      logger.warn('the maintenance of the event log failed', { error })
    }
  }
  void keepUp()
  const timer = setInterval(() => void keepUp(), everyMs).unref()
  return { stop: () => clearInterval(timer) }
}
