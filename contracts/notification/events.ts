import { event, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { NotificationId, UserId } from '../shared/ids.ts'
import { WebhookEndpointId, WebhookPauseReason } from './webhook-resources.ts'

const NotificationFact = Type.Object({
  notificationId: NotificationId,
  userId: UserId,
  kind: Type.String(),
  channel: Type.String(),
})

/** A message was handed to its channel. */
export const notificationSent = event('notification.sent', '1.0.0', NotificationFact)
/** A channel has confirmed that the message arrived. */
export const notificationDelivered = event('notification.delivered', '1.0.0', NotificationFact)
/** A message could not be delivered. */
export const notificationFailed = event(
  'notification.failed',
  '1.0.0',
  Type.Object({
    notificationId: NotificationId,
    userId: UserId,
    kind: Type.String(),
    channel: Type.String(),
    code: Type.String(),
  }),
)

/** An endpoint of webhooks was paused by the platform: it failed for a day, or responded with 410 Gone. */
export const webhookEndpointPaused = event(
  'webhook_endpoint.paused',
  '1.0.0',
  Type.Object({
    endpointId: WebhookEndpointId,
    reason: WebhookPauseReason,
    failingSince: InstantSchema,
    pausedAt: InstantSchema,
  }),
)
