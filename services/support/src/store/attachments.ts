import type { BlobRef, ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { AttachmentId, TicketAttachment, TicketId } from '@stoa/contracts/support/resources'
import { fragment } from '@stoa/postgres'
import type { Created } from './limits.ts'
import type { View } from './messages.ts'

interface AttachmentRow {
  readonly id: AttachmentId
  readonly ticket_id: TicketId
  readonly customer_id: UserId
  readonly author: 'customer' | 'staff'
  readonly author_id: UserId | null
  readonly file_name: string
  readonly media_type: string
  readonly size_bytes: number
  readonly sha256: string
  readonly created_at: Temporal.Instant
}

/** An attachment as it is stored. */
export interface StoredAttachment {
  readonly ticketId: TicketId
  readonly customerId: UserId
  readonly author: 'customer' | 'staff'
  readonly authorId?: UserId | undefined
  readonly fileName: string
  readonly blob: BlobRef
  readonly createdAt: Temporal.Instant
}

function fromRow(row: AttachmentRow): StoredAttachment {
  const { id, media_type: mediaType, size_bytes: sizeBytes, sha256 } = row
  return {
    ticketId: row.ticket_id,
    customerId: row.customer_id,
    author: row.author,
    authorId: row.author_id ?? undefined,
    fileName: row.file_name,
    blob: { id, mediaType, sizeBytes: Number(sizeBytes), sha256 },
    createdAt: row.created_at,
  }
}

/** An attachment as a caller sees it. */
export function toAttachment(stored: StoredAttachment, { isStaff }: View): TicketAttachment {
  const { ticketId, customerId, author, authorId, fileName, blob, createdAt } = stored
  const isVisible = authorId !== undefined && (isStaff || author === 'customer')
  return {
    id: blob.id as AttachmentId,
    ticketId,
    customerId,
    author,
    ...(isVisible ? { authorId } : {}),
    fileName,
    mediaType: blob.mediaType,
    sizeBytes: blob.sizeBytes,
    path: `/api/v1/tickets/${ticketId}/attachments/${blob.id}/content`,
    createdAt: createdAt.toString(),
  }
}

/** Adds an attachment to a ticket whose row is locked. */
export async function insertAttachment(tx: WriteHandle, attachment: StoredAttachment): Promise<void> {
  const { ticketId, customerId, author, authorId, fileName, blob, createdAt } = attachment
  await tx.sql`
    insert into ticket_attachments (id, ticket_id, customer_id, author, author_id, file_name, media_type, size_bytes,
        sha256, created_at)
      values (${blob.id}, ${ticketId}, ${customerId}, ${author}, ${authorId ?? null}, ${fileName}, ${blob.mediaType},
        ${blob.sizeBytes}, ${blob.sha256}, ${createdAt})`
}

/** The number of attachments of a ticket. */
export async function countAttachments(db: ReadHandle, ticketId: string): Promise<number> {
  const [row] = await db.sql<{ count: number }>`
    select count(*)::int as count from ticket_attachments where ticket_id = ${ticketId}`
  return row?.count ?? 0
}

/** The attachments that an account has added to its tickets since a time. */
export async function countAttachmentsOf(
  db: ReadHandle,
  customerId: string,
  since: Temporal.Instant,
): Promise<Created> {
  const [row] = await db.sql<Created>`
    select count(*)::int as count, min(created_at) as "oldestAt" from ticket_attachments
      where customer_id = ${customerId} and author = 'customer' and created_at > ${since}`
  return row ?? { count: 0, oldestAt: null }
}

/** The attachment of a ticket. */
export async function findAttachment(
  db: ReadHandle,
  ticketId: string,
  id: string,
): Promise<StoredAttachment | undefined> {
  const [row] = await db.sql<AttachmentRow>`
    select * from ticket_attachments where id = ${id} and ticket_id = ${ticketId}`
  return row === undefined ? undefined : fromRow(row)
}

/** Attachments of a ticket after an id, oldest first. */
export async function listAttachments(
  db: ReadHandle,
  ticketId: string,
  { afterId, limit }: { readonly afterId: string | undefined; readonly limit: number },
): Promise<StoredAttachment[]> {
  const after = afterId === undefined ? fragment`` : fragment`and id > ${afterId}`
  const rows = await db.sql<AttachmentRow>`
    select * from ticket_attachments where ticket_id = ${ticketId} ${after} order by id limit ${limit}`
  return rows.map(fromRow)
}

/** Removes an attachment of a ticket; returns whether there was one. Its blob has to be dropped. */
export async function deleteAttachment(tx: WriteHandle, ticketId: string, id: string): Promise<boolean> {
  const rows = await tx.sql`
    delete from ticket_attachments where ticket_id = ${ticketId} and id = ${id} returning 1 as one`
  return rows.length > 0
}

/** Removes the attachments of tickets whose rows are locked; returns the ids of their blobs, which have to be dropped. */
export async function deleteAttachmentsOf(tx: WriteHandle, ticketIds: readonly string[]): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    delete from ticket_attachments where ticket_id = any(${ticketIds}::uuid[]) returning id`
  return rows.map(({ id }) => id)
}

/** Every attachment of the tickets of a customer, for the export of personal data. */
export async function exportAttachments(db: ReadHandle, customerId: string): Promise<TicketAttachment[]> {
  const rows = await db.sql<AttachmentRow>`
    select * from ticket_attachments where customer_id = ${customerId} order by ticket_id, id`
  return rows.map((row) => toAttachment(fromRow(row), { isStaff: false }))
}
