import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { ChatAuthor, ChatMessage, ConversationId } from '@stoa/contracts/support/chat-resources'
import { fragment } from '@stoa/postgres'

/** A message of the chat as it is stored. */
export interface StoredChatMessage {
  readonly conversationId: ConversationId
  readonly sequence: number
  readonly author: ChatAuthor
  readonly authorId: UserId | null
  readonly clientMessageId: string
  readonly text: string
  readonly createdAt: Temporal.Instant
}

const columns = fragment`
  conversation_id as "conversationId", sequence, author, author_id as "authorId",
  client_message_id as "clientMessageId", text, created_at as "createdAt"`

/** A message as a caller sees it: customers do not see who of staff has written it. */
export function toChatMessage(message: StoredChatMessage, { isStaff }: { readonly isStaff: boolean }): ChatMessage {
  const { authorId, createdAt, ...rest } = message
  const isVisible = authorId !== null && (isStaff || message.author === 'customer')
  return { ...rest, createdAt: createdAt.toString(), ...(isVisible ? { authorId } : {}) }
}

/** The message to which its author has given this id. */
export async function findByClientId(
  tx: WriteHandle,
  conversationId: string,
  authorId: string,
  clientMessageId: string,
): Promise<StoredChatMessage | undefined> {
  const [row] = await tx.sql<StoredChatMessage>`
    select ${columns} from chat_messages where conversation_id = ${conversationId} and author_id = ${authorId}
      and client_message_id = ${clientMessageId}`
  return row
}

/** Stores the next message of a locked conversation. */
export async function insertChatMessage(
  tx: WriteHandle,
  message: StoredChatMessage & { readonly customerId: string },
): Promise<void> {
  const { conversationId, sequence, customerId, author, authorId, clientMessageId, text, createdAt } = message
  await tx.sql`
    insert into chat_messages
        (conversation_id, sequence, customer_id, author, author_id, client_message_id, text, created_at)
      values (${conversationId}, ${sequence}, ${customerId}, ${author}, ${authorId}, ${clientMessageId}, ${text}, ${createdAt})`
  await tx.sql`
    update chat_conversations set last_sequence = ${sequence}, updated_at = ${createdAt} where id = ${conversationId}`
}

/** Messages after a sequence number, in their order. */
export async function listChatMessages(
  db: ReadHandle,
  conversationId: string,
  after: number,
  limit: number,
): Promise<StoredChatMessage[]> {
  return db.sql<StoredChatMessage>`
    select ${columns} from chat_messages where conversation_id = ${conversationId} and sequence > ${after}
      order by sequence limit ${limit}`
}

/** Every message of the conversations of a customer, for the export of personal data. */
export async function exportChatMessages(db: ReadHandle, customerId: string): Promise<StoredChatMessage[]> {
  return db.sql<StoredChatMessage>`
    select ${columns} from chat_messages where conversation_id in (
      select id from chat_conversations where customer_id = ${customerId}
    ) order by conversation_id, sequence`
}
