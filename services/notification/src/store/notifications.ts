import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { NotificationId, UserId } from '@stoa/contracts/ids'
import type { Channel, Notification, NotificationKind } from '@stoa/contracts/notification/resources'
import { fragment } from '@stoa/postgres'

interface Row {
  readonly id: NotificationId
  readonly user_id: UserId
  readonly kind: NotificationKind
  readonly channel: Channel
  readonly status: Notification['status']
  readonly order_id: string | null
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
  }
}

/** A message that is to be kept, and sent or not. */
export interface NewNotification {
  readonly id: NotificationId
  readonly eventId: string | undefined
  readonly userId: UserId
  readonly kind: NotificationKind
  readonly channel: Channel
  readonly status: Notification['status']
  readonly orderId: string | undefined
  readonly subject: string
  readonly body: string
}

/** Keeps a message; false when its event has made one to this person before. */
export async function insertNotification(
  tx: WriteHandle,
  message: NewNotification,
  at: Temporal.Instant,
): Promise<boolean> {
  const { id, eventId, userId, kind, channel, status, orderId, subject, body } = message
  const rows = await tx.sql`
    insert into notifications (id, event_id, user_id, kind, channel, status, order_id, subject, body, created_at, sent_at)
    values (${id}, ${eventId}, ${userId}, ${kind}, ${channel}, ${status}, ${orderId}, ${subject}, ${body}, ${at},
            ${status === 'sent' ? at : null})
    on conflict (event_id, user_id) do nothing returning 1`
  return rows.length > 0
}

export async function findNotification(db: ReadHandle, id: string): Promise<Notification | undefined> {
  const [row] = await db.sql<Row>`select * from notifications where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** Ends a pending message; false when it has ended before. */
export async function endNotification(
  tx: WriteHandle,
  id: string,
  status: 'sent' | 'failed',
  at: Temporal.Instant,
): Promise<boolean> {
  const rows = await tx.sql`
    update notifications set status = ${status}, sent_at = ${status === 'sent' ? at : null}
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

/** Deletes all that was said to a person, and what they wanted to be told. */
export async function erasePerson(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`
    with gone as (delete from notifications where user_id = ${userId})
    delete from preferences where user_id = ${userId}`
}
