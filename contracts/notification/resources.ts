import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { closed } from '../closed.ts'
import { NotificationId, UserId } from '../ids.ts'

/** How a message goes out. */
export const Channel = Type.Enum(['email', 'in_app'])
export type Channel = Static<typeof Channel>

/** What a message is about: one kind for each fact that people are told of. */
export const NotificationKind = Type.Enum([
  'user.created',
  'user.locked',
  'order.confirmed',
  'order.rejected',
  'order.shipped',
  'order.delivered',
  'order.cancelled',
  'order.returned',
  'refund.processed',
  'inventory.low_stock',
  'fraud.detected',
  'reconciliation.failed',
  'message',
])
export type NotificationKind = Static<typeof NotificationKind>

/** A message to a person, and what became of it. */
export const Notification = Type.Object({
  id: NotificationId,
  userId: UserId,
  kind: NotificationKind,
  channel: Channel,
  status: Type.Enum(['pending', 'sent', 'failed', 'suppressed']),
  orderId: Type.Optional(Type.String()),
  subject: Type.String(),
  body: Type.String(),
  createdAt: InstantSchema,
  sentAt: Type.Optional(InstantSchema),
})
export type Notification = Static<typeof Notification>

/** The wording of one kind of message in one language; variables stand as `{{orderNumber}}`. */
export const Template = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 100 }),
  kind: NotificationKind,
  locale: Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' }),
  subject: Type.String({ minLength: 1, maxLength: 200 }),
  body: Type.String({ minLength: 1, maxLength: 20_000 }),
  version: Type.Integer(),
})
export type Template = Static<typeof Template>

/** Which kinds a person wants on which channel, and when it is to be quiet (local hours, UTC offset in minutes). */
export const Preferences = Type.Object(
  {
    channels: Type.Object({ email: Type.Boolean(), in_app: Type.Boolean() }, closed),
    mutedKinds: Type.Array(NotificationKind, { maxItems: 50 }),
    quietHours: Type.Optional(
      Type.Object(
        {
          fromHour: Type.Integer({ minimum: 0, maximum: 23 }),
          untilHour: Type.Integer({ minimum: 0, maximum: 23 }),
          utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840 }),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type Preferences = Static<typeof Preferences>

/** Preferences with whose they are. */
export const OwnedPreferences = Type.Object({ userId: UserId, ...Preferences.properties })
