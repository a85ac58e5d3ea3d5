import { closed, InstantSchema, nameText, noteText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { NotificationId, OrderId, UserId } from '../shared/ids.ts'
import { Locale } from '../shared/locale.ts'

/** How a message goes out. */
export const Channel = Type.Enum(['email', 'in_app'])
export type Channel = Static<typeof Channel>

/** The kind of a message: one for each event that users are notified of. */
export const NotificationKind = Type.Enum([
  'user.created',
  'user.locked',
  'user.mfa_enabled',
  'user.mfa_disabled',
  'user.passkey_added',
  'user.passkey_removed',
  'user.email_verification_requested',
  'user.password_reset_requested',
  'api_key.created',
  'order.confirmed',
  'order.rejected',
  'order.shipped',
  'order.delivered',
  'order.cancelled',
  'order.returned',
  'refund.processed',
  'refund.failed',
  'dispute.opened',
  'dispute.closed',
  'invoice.issued',
  'inventory.low_stock',
  'fraud.detected',
  'reconciliation.failed',
  'ticket.updated',
  'ticket.resolved',
  'ticket.sla_breached',
  'report.ready',
  'report.failed',
  'alert.fired',
  'alert.resolved',
  'webhook_endpoint.paused',
  'message',
])
export type NotificationKind = Static<typeof NotificationKind>

/**
 * Kinds about the security of an account, some of which carry a link that opens it: the owner cannot mute them, and their
 * wording and sending by hand need the permission `template:manage:security`.
 */
export const securityKinds: ReadonlySet<NotificationKind> = new Set<NotificationKind>([
  'user.locked',
  'user.mfa_enabled',
  'user.mfa_disabled',
  'user.passkey_added',
  'user.passkey_removed',
  'user.email_verification_requested',
  'user.password_reset_requested',
  'api_key.created',
])

/** A message to a person, and what became of it. */
export const Notification = Type.Object({
  id: NotificationId,
  userId: UserId,
  kind: NotificationKind,
  channel: Channel,
  status: Type.Enum(['pending', 'sent', 'failed', 'suppressed']),
  orderId: Type.Optional(OrderId),
  subject: Type.String(),
  body: Type.String(),
  createdAt: InstantSchema,
  sentAt: Type.Optional(Type.String({ ...InstantSchema, description: 'when the message was handed to its channel' })),
  deliveredAt: Type.Optional(
    Type.String({ ...InstantSchema, description: 'when the message arrived; known only for in-app messages' }),
  ),
})
export type Notification = Static<typeof Notification>

/** The template of one kind of message in one language, with variables such as `{{orderNumber}}`. */
export const Template = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 100 }),
  kind: NotificationKind,
  locale: Locale,
  subject: nameText(200),
  body: noteText(20_000),
  version: Type.Integer(),
})
export type Template = Static<typeof Template>

/** Which kinds a person wants on which channel, and when it is to be quiet. */
export const Preferences = Type.Object(
  {
    channels: Type.Object({ email: Type.Boolean(), in_app: Type.Boolean() }, closed),
    mutedKinds: Type.Array(NotificationKind, { maxItems: 50 }),
    quietHours: Type.Optional(
      Type.Object(
        {
          fromHour: Type.Integer({ minimum: 0, maximum: 23 }),
          untilHour: Type.Integer({ minimum: 0, maximum: 23 }),
          utcOffsetMinutes: Type.Optional(
            Type.Integer({
              minimum: -840,
              maximum: 840,
              description:
                'of the hours; if omitted, they are hours of the time zone in the preferences of the account, or of UTC if it has none',
            }),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type Preferences = Static<typeof Preferences>

/** Preferences with their account. */
export const OwnedPreferences = Type.Object({ userId: UserId, ...Preferences.properties })
