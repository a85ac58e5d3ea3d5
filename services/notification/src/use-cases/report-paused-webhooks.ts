import type { Tx } from '@stoa/contract'
import { webhookEndpointPaused } from '@stoa/contracts/notification/events'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { Deps } from '../deps.ts'
import type { EndpointRow } from '../store/webhook-endpoints.ts'
import { notify } from './notify.ts'

const reasons = {
  failing: 'it has not accepted a webhook for a day',
  gone: 'it responded with 410 Gone',
  requested: 'staff paused it',
} as const

/** Publishes that an endpoint was paused, and tells staff, without its path, which can be a secret. */
export async function reportPaused(
  deps: Omit<Deps, 'webhooks'>,
  tx: Tx<NotificationService>,
  { id, url, pause_reason: reason, paused_at: pausedAt, failing_since: failingSince }: EndpointRow,
  retentionDays: number,
): Promise<void> {
  if (reason === null || pausedAt === null || failingSince === null) throw new Error('the endpoint is not paused')
  const since = failingSince.toString()
  await tx.publish(webhookEndpointPaused, id, {
    endpointId: id,
    reason,
    failingSince: since,
    pausedAt: pausedAt.toString(),
  })
  await notify(deps as Deps, tx, {
    userId: deps.staffInbox,
    kind: 'webhook_endpoint.paused',
    locale: 'en',
    variables: {
      endpointId: id,
      host: new URL(url).host,
      reason: reasons[reason],
      failingSince: since,
      days: String(retentionDays),
    },
  })
}
