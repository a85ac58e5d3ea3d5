import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { ConversationId, ConversationStatus } from '@stoa/contracts/support/chat-resources'
import type { TicketId } from '@stoa/contracts/support/resources'
import { fragment, joinFragments } from '@stoa/postgres'

/** A conversation as it is stored. */
export interface StoredConversation {
  readonly id: ConversationId
  readonly customerId: UserId
  readonly status: ConversationStatus
  readonly assigneeId: UserId | null
  readonly ticketId: TicketId | null
  readonly lastSequence: number
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
  readonly closedAt: Temporal.Instant | null
  readonly version: number
}

const columns = fragment`
  id, customer_id as "customerId", status, assignee_id as "assigneeId", ticket_id as "ticketId",
  last_sequence as "lastSequence", created_at as "createdAt", updated_at as "updatedAt", closed_at as "closedAt", version`

/** Returns the id of the open conversation of a customer; creates it with the given id if the customer has none. */
export async function openConversation(
  tx: WriteHandle,
  { id, customerId, now }: { readonly id: ConversationId; readonly customerId: string; readonly now: Temporal.Instant },
): Promise<ConversationId> {
  await tx.sql`
    insert into chat_conversations (id, customer_id, status, created_at, updated_at)
      values (${id}, ${customerId}, 'open', ${now}, ${now})
      on conflict (customer_id) where status = 'open' do nothing`
  return (await findOpenConversation(tx, customerId)) ?? id
}

export async function findOpenConversation(db: ReadHandle, customerId: string): Promise<ConversationId | undefined> {
  const [row] = await db.sql<{ id: ConversationId }>`
    select id from chat_conversations where customer_id = ${customerId} and status = 'open'`
  return row?.id
}

export async function findConversation(db: ReadHandle, id: string): Promise<StoredConversation | undefined> {
  const [row] = await db.sql<StoredConversation>`select ${columns} from chat_conversations where id = ${id}`
  return row
}

/** Locks a conversation until the transaction ends: its messages are numbered in the order of their commits. */
export async function lockConversation(tx: WriteHandle, id: string): Promise<StoredConversation | undefined> {
  const [row] = await tx.sql<StoredConversation>`select ${columns} from chat_conversations where id = ${id} for update`
  return row
}

interface ConversationFilter {
  readonly customerId?: string | undefined
  readonly assigneeId?: string | undefined
  readonly status?: ConversationStatus | undefined
  readonly beforeId: string | undefined
  readonly limit: number
}

/** Conversations before an id, newest first. */
export async function listConversations(db: ReadHandle, filter: ConversationFilter): Promise<StoredConversation[]> {
  const { customerId, assigneeId, status, beforeId, limit } = filter
  const conditions = [
    fragment`true`,
    ...(customerId === undefined ? [] : [fragment`customer_id = ${customerId}`]),
    ...(assigneeId === undefined ? [] : [fragment`assignee_id = ${assigneeId}`]),
    ...(status === undefined ? [] : [fragment`status = ${status}`]),
    ...(beforeId === undefined ? [] : [fragment`id < ${beforeId}`]),
  ]
  return db.sql<StoredConversation>`
    select ${columns} from chat_conversations where ${joinFragments(conditions, ' and ')}
      order by id desc limit ${limit}`
}

/** What of a locked conversation is changed. */
export interface ConversationChange {
  readonly assigneeId?: string | null
  readonly ticketId?: string
  readonly isClosed?: boolean
}

export async function updateConversation(
  tx: WriteHandle,
  { id, assigneeId, ticketId, status }: StoredConversation,
  change: ConversationChange,
  now: Temporal.Instant,
): Promise<void> {
  const isClosing = change.isClosed === true && status === 'open'
  await tx.sql`
    update chat_conversations set
      assignee_id = ${change.assigneeId === undefined ? assigneeId : change.assigneeId},
      ticket_id = ${change.ticketId ?? ticketId},
      status = ${isClosing ? 'closed' : status},
      closed_at = case when ${isClosing}::boolean then ${now}::timestamptz else closed_at end,
      updated_at = ${now}, version = version + 1
    where id = ${id}`
}

/** Open conversations without a message since a time, locked. */
export async function lockSilentConversations(
  tx: WriteHandle,
  before: Temporal.Instant,
  limit: number,
): Promise<StoredConversation[]> {
  return tx.sql<StoredConversation>`
    select ${columns} from chat_conversations where status = 'open' and updated_at < ${before}
      order by updated_at limit ${limit} for update skip locked`
}

/** Deletes conversations that were closed before a time, with their messages; returns how many. */
export async function deleteClosedConversations(
  tx: WriteHandle,
  before: Temporal.Instant,
  limit: number,
): Promise<number> {
  const rows = await tx.sql`
    delete from chat_conversations where id = any(array(
      select id from chat_conversations where status = 'closed' and closed_at < ${before}
        order by closed_at limit ${limit} for update skip locked
    )) returning 1`
  return rows.length
}

/** How many conversations a customer has opened since a time, and when the oldest of them was. */
export async function countConversations(db: ReadHandle, customerId: string, since: Temporal.Instant) {
  const [row] = await db.sql<{ count: number; oldestAt: Temporal.Instant | null }>`
    select count(*)::int as count, min(created_at) as "oldestAt" from chat_conversations
      where customer_id = ${customerId} and created_at > ${since}`
  return row ?? { count: 0, oldestAt: null }
}
