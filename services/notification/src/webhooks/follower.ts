import { parseCloudEvent, type LogFollower } from '@stoa/events'
import { hasEndpoints, insertDeliveries, wantedTypes } from '../store/webhook-deliveries.ts'
import { startSender, type Sender } from './sender.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/**
 * Stores every event for the endpoints that want it, and sends what is stored. An event counts as taken when it is stored, so it reaches each
 * endpoint at least once; an event that is taken again is stored once.
 */
export function makeWebhooks(given: Omit<WebhookDeps, 'count'>): LogFollower {
  const { database, telemetry } = given
  const attempts = telemetry.metrics.counter(
    'webhook_attempts_total',
    'Attempts to send webhooks, and events that left the log first',
    ['outcome'],
  )
  const deps: WebhookDeps = { ...given, count: (outcome) => attempts.add(1, { outcome }) }
  let sender: Sender | undefined
  return {
    name: 'webhooks',
    isNeeded: () => hasEndpoints(database.read),
    start: (log) => void (sender = startSender(deps, log)),
    async take(events) {
      const wanted = await wantedTypes(database.read)
      const offered = events
        .filter(({ type }) => wanted.has(type))
        .map(({ id, type, event }) => ({ id, type, at: Temporal.Instant.from(parseCloudEvent(event).time) }))
      if (offered.length === 0) return
      await database.transaction((tx) => insertDeliveries(tx, offered))
      sender?.wake()
    },
    trouble: () => sender?.trouble(),
    close: async () => sender?.stop(),
  }
}
