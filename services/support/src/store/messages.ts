import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { TicketId, TicketMessage, TicketMessageId } from '@stoa/contracts/support/resources'
import { fragment } from '@stoa/postgres'

interface MessageRow {
  readonly id: TicketMessageId
  readonly ticket_id: TicketId
  readonly customer_id: UserId
  readonly author: 'customer' | 'staff'
  readonly author_id: UserId | null
  readonly internal: boolean
  readonly text: string
  readonly created_at: Temporal.Instant
}

/** Whether internal notes and the authors among staff are part of what is read. */
export interface View {
  readonly isStaff: boolean
}

function fromRow(row: MessageRow, { isStaff }: View): TicketMessage {
  const isVisible = row.author_id !== null && (isStaff || row.author === 'customer')
  return {
    id: row.id,
    ticketId: row.ticket_id,
    customerId: row.customer_id,
    author: row.author,
    ...(isVisible ? { authorId: row.author_id } : {}),
    internal: row.internal,
    text: row.text,
    createdAt: row.created_at.toString(),
  }
}

const visibleTo = ({ isStaff }: View) => (isStaff ? fragment`` : fragment`and not internal`)

/** A message that is about to be written. */
export interface NewMessage {
  readonly id: TicketMessageId
  readonly ticketId: TicketId
  readonly customerId: UserId
  readonly author: 'customer' | 'staff'
  readonly authorId: UserId
  readonly internal: boolean
  readonly text: string
  readonly createdAt: Temporal.Instant
}

export async function insertMessage(tx: WriteHandle, message: NewMessage): Promise<void> {
  const { id, ticketId, customerId, author, authorId, internal, text, createdAt } = message
  await tx.sql`
    insert into ticket_messages (id, ticket_id, customer_id, author, author_id, internal, text, created_at)
      values (${id}, ${ticketId}, ${customerId}, ${author}, ${authorId}, ${internal}, ${text}, ${createdAt})`
}

/** The message of a ticket, if it is part of the view. */
export async function findMessage(
  db: ReadHandle,
  ticketId: string,
  id: string,
  view: View,
): Promise<TicketMessage | undefined> {
  const [row] = await db.sql<MessageRow>`
    select * from ticket_messages where id = ${id} and ticket_id = ${ticketId} ${visibleTo(view)}`
  return row === undefined ? undefined : fromRow(row, view)
}

/** Messages of a ticket after an id, oldest first. */
export async function listMessages(
  db: ReadHandle,
  {
    ticketId,
    afterId,
    limit,
  }: { readonly ticketId: string; readonly afterId?: string | undefined; readonly limit: number },
  view: View,
): Promise<TicketMessage[]> {
  const after = afterId === undefined ? fragment`` : fragment`and id > ${afterId}`
  const rows = await db.sql<MessageRow>`
    select * from ticket_messages where ticket_id = ${ticketId} ${after} ${visibleTo(view)} order by id limit ${limit}`
  return rows.map((row) => fromRow(row, view))
}

/** Every message that a customer can read, for the export of personal data. */
export async function exportMessages(db: ReadHandle, customerId: string): Promise<TicketMessage[]> {
  const rows = await db.sql<MessageRow>`
    select * from ticket_messages where customer_id = ${customerId} and not internal order by ticket_id, id`
  return rows.map((row) => fromRow(row, { isStaff: false }))
}
