import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { NotificationId, OrderId, UserId } from '@stoa/contracts/shared/ids'
import type { Channel, Notification, NotificationKind } from '@stoa/contracts/notification/resources'
import { lowestIdAt } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

interface Row {
  readonly id: NotificationId
  readonly user_id: UserId
  readonly kind: NotificationKind
  readonly channel: Channel
  readonly status: Notification['status']
  readonly order_id: OrderId | null
  readonly subject: string
  readonly body: string
  readonly created_at: Temporal.Instant
  readonly sent_at: Temporal.Instant | null
}

function fromRow(row: Row): Notification {
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    channel: row.channel,
    status: row.status,
    ...(row.order_id === null ? {} : { orderId: row.order_id }),
    subject: row.subject,
    body: row.body,
    createdAt: row.created_at.toString(),
    ...(row.sent_at === null ? {} : { sentAt: row.sent_at.toString() }),
    ...(row.sent_at === null || row.channel !== 'in_app' ? {} : { deliveredAt: row.sent_at.toString() }),
  }
}

/** A message to store and, unless suppressed, to send. */
export interface NewNotification {
  readonly id: NotificationId
  readonly eventId: string | undefined
  readonly userId: UserId
  readonly kind: NotificationKind
  readonly channel: Channel
  readonly status: Notification['status']
  readonly orderId: string | undefined
  /** The link whose token it is sent with. */
  readonly linkId: string | undefined
  readonly subject: string
  readonly body: string
}

/** Stores a message; returns false if its event has already created one for this account. */
export async function insertNotification(
  tx: WriteHandle,
  message: NewNotification,
  at: Temporal.Instant,
): Promise<boolean> {
  const { id, eventId, userId, kind, channel, status, orderId, linkId, subject, body } = message
  const rows = await tx.sql`
    insert into notifications (id, event_id, user_id, kind, channel, status, order_id, link_id, subject, body, created_at,
                               sent_at)
    values (${id}, ${eventId}, ${userId}, ${kind}, ${channel}, ${status}, ${orderId}, ${linkId}, ${subject}, ${body}, ${at},
            ${status === 'sent' ? at : null})
    on conflict (event_id, user_id) do nothing returning 1`
  return rows.length > 0
}

export async function findNotification(db: ReadHandle, id: string): Promise<Notification | undefined> {
  const [row] = await db.sql<Row>`select * from notifications where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The link whose token a message is sent with. */
export async function findLinkOf(db: ReadHandle, id: string): Promise<string | undefined> {
  const [row] = await db.sql<{ linkId: string | null }>`select link_id as "linkId" from notifications where id = ${id}`
  return row?.linkId ?? undefined
}

/** Ends a pending message; false when it has ended before. */
export async function endNotification(
  tx: WriteHandle,
  id: string,
  {
    status,
    channel,
    at,
  }: { readonly status: 'sent' | 'failed'; readonly channel: Channel; readonly at: Temporal.Instant },
): Promise<boolean> {
  const rows = await tx.sql`
    update notifications set status = ${status}, channel = ${channel}, sent_at = ${status === 'sent' ? at : null}
     where id = ${id} and status = 'pending' returning 1`
  return rows.length > 0
}

interface Filter {
  readonly userId: string
  readonly kind?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** A person's messages, newest first. */
export async function listNotifications(
  db: ReadHandle,
  { userId, kind, beforeId, limit }: Filter,
): Promise<Notification[]> {
  const ofKind = kind === undefined ? fragment`` : fragment`and kind = ${kind}`
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<Row>`
    select * from notifications where user_id = ${userId} ${ofKind} ${before} order by id desc limit ${limit}`
  return rows.map(fromRow)
}

/** Deletes messages that were created before this time, the oldest first. Their ids are UUIDv7s, so no other index is needed. */
export async function deleteOldNotifications(
  tx: WriteHandle,
  createdBefore: Temporal.Instant,
  limit: number,
): Promise<void> {
  await tx.sql`
    delete from notifications where id in (
      select id from notifications where id < ${lowestIdAt(createdBefore)} order by id limit ${limit}
    )`
}

/** Deletes all messages and preferences of an account. */
export async function erasePerson(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`
    with gone as (delete from notifications where user_id = ${userId})
    delete from preferences where user_id = ${userId}`
}
