import { setTimeout as delay } from 'node:timers/promises'
import type { LogFollower } from '@stoa/events'
import type { Telemetry } from '@stoa/telemetry'
import { makeBroker, type BrokerOptions } from './broker.ts'
import { messageOf, wavesOf, type AmqpMessage } from './messages.ts'

// Between attempts to publish a message that was refused.
const shortestPauseMs = 50
const longestPauseMs = 2_000

/** What the bridge to RabbitMQ works with. */
export interface BridgeOptions extends Pick<BrokerOptions, 'url' | 'exchange' | 'confirmTimeoutMs'> {
  readonly connectionName: string
  readonly telemetry: Telemetry
}

/**
 * Publishes every event to an exchange of RabbitMQ, at least once and in the order of each key. An event counts as taken when the broker
 * has confirmed it: stored, if it is for a durable queue.
 */
export function makeAmqpBridge({ telemetry, ...options }: BridgeOptions): LogFollower {
  const { logger, metrics } = telemetry
  const sent = metrics.counter('amqp_events_total', 'Events that RabbitMQ confirmed, refused, or did neither', [
    'outcome',
  ])
  const unroutable = metrics.counter('amqp_unroutable_total', 'Confirmed events that no queue is bound to', ['type'])
  const broker = makeBroker({
    ...options,
    onUnroutable: (type) => unroutable.add(1, { type }),
    onTrouble: (reason) => logger.warn('events wait for RabbitMQ', { reason }),
  })
  /** What has messages that are refused now. */
  const refusing = new Set<object>()

  /** Publishes each message until it is confirmed; the confirmed ones are not published again. */
  async function publishAll(wave: readonly AmqpMessage[]): Promise<void> {
    let left = wave
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt > 0) await delay(Math.min(longestPauseMs, shortestPauseMs * 2 ** attempt), undefined, { ref: false })
      const outcomes = await Promise.allSettled(left.map(broker.publish))
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      const isConfirmed = (index: number) => {
        const outcome = outcomes[index]
        return outcome?.status === 'fulfilled' && outcome.value
      }
      const refused = left.filter((_, index) => !isConfirmed(index))
      sent.add(left.length - refused.length, { outcome: 'confirmed' })
      sent.add(refused.length, { outcome: failed === undefined ? 'refused' : 'failed' })
      if (failed !== undefined) throw failed.reason
      if (refused.length > 0) refusing.add(wave)
      left = refused
    }
  }

  return {
    name: 'amqp',
    start: broker.start,
    async take(events) {
      for (const wave of wavesOf(events.map(messageOf))) await publishAll(wave).finally(() => refusing.delete(wave))
    },
    trouble: () => broker.trouble() ?? (refusing.size > 0 ? 'RabbitMQ refuses messages: a queue is full' : undefined),
    close: broker.close,
  }
}
