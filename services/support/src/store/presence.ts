import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ChatAuthor } from '@stoa/contracts/support/chat-resources'

/** Who has a socket of a conversation open. */
export interface Presence {
  readonly customer: boolean
  readonly staff: boolean
}

export interface PresentSocket {
  readonly socketId: string
  readonly conversationId: string
  readonly author: ChatAuthor
}

/** Notes that a socket is open until a time. */
export async function notePresence(
  tx: WriteHandle,
  { socketId, conversationId, author }: PresentSocket,
  until: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    insert into chat_presence (socket_id, conversation_id, author, seen_until)
      values (${socketId}, ${conversationId}, ${author}, ${until})
      on conflict (socket_id) do update set seen_until = excluded.seen_until`
}

export async function forgetPresence(tx: WriteHandle, socketId: string): Promise<void> {
  await tx.sql`delete from chat_presence where socket_id = ${socketId}`
}

export async function readPresence(db: ReadHandle, conversationId: string, now: Temporal.Instant): Promise<Presence> {
  const [row] = await db.sql<Presence>`
    select coalesce(bool_or(author = 'customer'), false) as customer, coalesce(bool_or(author = 'staff'), false) as staff
      from chat_presence where conversation_id = ${conversationId} and seen_until > ${now}`
  return row ?? { customer: false, staff: false }
}

/** Deletes what processes that have died left behind. */
export async function deleteLapsedPresence(tx: WriteHandle, now: Temporal.Instant): Promise<void> {
  await tx.sql`delete from chat_presence where seen_until < ${now}`
}
