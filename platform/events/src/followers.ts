import { setTimeout as delay } from 'node:timers/promises'
import { groupOf } from '@stoa/contract'
import type { Telemetry } from '@stoa/telemetry'
import type { EventLog, LoggedEvent, Subscription } from './event-log.ts'
import { recordError } from './retry-policy.ts'

/**
 * What a service hands every event of the log to, such as a broker of others: a consumer group of its own, `SERVICE.NAME`, whose
 * position moves when the follower has taken the events. At least once, in the order of each key.
 */
export interface LogFollower {
  /** In lower case; the second part of the name of its group. */
  readonly name: string
  /**
   * Whether it takes events yet, asked every second until it does; always if omitted. Before, nothing is read for it. It then gets the events
   * from the first one on, and all later ones, for good: its group holds its place in the log.
   */
  readonly isNeeded?: () => Promise<boolean>
  /** Called once before the first events; the log is there for events to be read again later. */
  readonly start: (log: Pick<EventLog, 'read'>) => void
  /** Takes events of one partition, in their order; those of other partitions come at the same time. If it rejects, they are handed over again. */
  readonly take: (events: readonly LoggedEvent[]) => Promise<void>
  /** Why it cannot take events now. */
  readonly trouble: () => string | undefined
  /** Has `take` reject from now on, also where it is in progress. */
  readonly close: () => Promise<void>
}

/** A follower that events are handed to. */
export interface RunningFollower {
  readonly trouble: () => string | undefined
  /** Lets it take what it has for half of the time, and ends it then: other replicas hand over the rest. */
  readonly stop: (timeoutMs: number) => Promise<void>
}

interface FollowerOptions {
  readonly service: { readonly name: string }
  readonly log: EventLog
  readonly telemetry: Telemetry
}

interface Failure {
  /** The partition. */
  readonly of: string
  readonly reason: string
  readonly at: number
}

// Another replica may have the partition since.
const failureLastsMs = 60_000

/** Events of one partition that are handed over at once. */
const maxBatch = 100
const longestGraceMs = 2_000
const askAgainMs = 1_000

/** Hands every event of the log to the follower, once it is needed, until stopped. */
export function startFollower({ service, log, telemetry }: FollowerOptions, follower: LogFollower): RunningFollower {
  const { logger } = telemetry
  const group = groupOf(service.name, follower.name)
  let trouble: string | undefined
  let failure: Failure | undefined
  let subscription: Subscription | undefined
  const stopping = new AbortController()
  const onTrouble = (what: string, error: unknown) => {
    trouble = `${what}: ${recordError(error).message}`
    logger.warn(what, { group, error })
  }
  // Apart from event_consumer_lag: more replicas do not help against a broker that is unavailable.
  telemetry.metrics.gauge(
    'event_follower_lag',
    'Events in the log that this follower has not taken',
    ['follower', 'topic'],
    async (gauge) => {
      for (const { topic, lag } of await lagByTopic(log, group)) gauge.set(lag, { follower: follower.name, topic })
    },
  )
  follower.start(log)
  const subscribe = () =>
    log.subscribe({
      group,
      types: 'all',
      maxBatch,
      async handle(events, { topic, partition }) {
        const of = `${topic}/${partition}`
        try {
          await follower.take(events)
          if (failure?.of === of) failure = undefined
        } catch (error) {
          // Repeated every second; the first failure says why.
          if (failure === undefined) logger.warn('events could not be handed over, and will be again', { group, error })
          failure = { of, reason: recordError(error).message, at: performance.now() }
          throw error
        }
      },
      onTrouble: (error) => onTrouble('the event log cannot be reached', error),
      onRecovered: () => void (trouble = undefined),
    })
  void untilNeeded({ log, group, onTrouble }, follower, stopping.signal).then((isNeeded) => {
    if (!isNeeded) return
    trouble = undefined
    subscription = subscribe()
  })
  return {
    trouble: () => trouble ?? follower.trouble() ?? recent(failure),
    async stop(timeoutMs) {
      stopping.abort()
      const stopped = subscription?.stop()
      await Promise.race([stopped, delay(Math.min(longestGraceMs, timeoutMs / 2), undefined, { ref: false })])
      await follower.close()
      await stopped
    },
  }
}

interface Asking {
  readonly log: EventLog
  readonly group: string
  readonly onTrouble: (what: string, error: unknown) => void
}

/** Resolves once the follower needs events, or has ever needed them: its group would keep the log from removing events. False if stopped before. */
async function untilNeeded(
  { log, group, onTrouble }: Asking,
  follower: LogFollower,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      if (follower.isNeeded === undefined || (await follower.isNeeded())) return !signal.aborted
      if ((await log.lag(group)).length > 0) return !signal.aborted
    } catch (error) {
      onTrouble('it is not known whether events are needed', error)
    }
    await delay(askAgainMs, undefined, { ref: false, signal }).catch(() => {})
  }
  return false
}

async function lagByTopic(log: EventLog, group: string): Promise<{ topic: string; lag: number }[]> {
  const byTopic = Map.groupBy(await log.lag(group), ({ topic }) => topic)
  return [...byTopic].map(([topic, parts]) => ({ topic, lag: parts.reduce((sum, { lag }) => sum + lag, 0) }))
}

function recent(failure: Failure | undefined): string | undefined {
  if (failure === undefined || performance.now() - failure.at > failureLastsMs) return undefined
  return `events of ${failure.of} were not taken: ${failure.reason}`
}
