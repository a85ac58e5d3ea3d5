import type { Caller, Handler } from '@stoa/contract'
import type { Conversation } from '@stoa/contracts/support/chat-resources'
import type { SupportService } from '@stoa/contracts/support/service'
import { compact } from '@stoa/kernel'
import { readPageById } from '@stoa/service'
import { listChatMessages as listStored, toChatMessage } from '../store/chat-messages.ts'
import {
  findConversation,
  listConversations as listStoredConversations,
  type StoredConversation,
} from '../store/conversations.ts'

const defaultMessages = 50

/** The refusal of a conversation that does not exist for the caller. */
export function noConversation(id: string) {
  return { code: 'support.conversation_not_found', detail: `The conversation ${id} does not exist.` } as const
}

/** Staff see the assignee and the authors among staff. */
export function chatViewOf({ can }: Pick<Caller, 'can'>): { readonly isStaff: boolean } {
  return { isStaff: can('chat:read:any') }
}

/** A conversation as a caller sees it. */
export function toConversation(
  conversation: StoredConversation,
  { isStaff }: { readonly isStaff: boolean },
): Conversation {
  const { id, customerId, status, lastSequence, createdAt, updatedAt, closedAt, ticketId, assigneeId } = conversation
  return {
    id,
    customerId,
    status,
    lastSequence,
    createdAt: createdAt.toString(),
    updatedAt: updatedAt.toString(),
    ...compact({
      closedAt: closedAt?.toString(),
      ticketId: ticketId ?? undefined,
      assigneeId: isStaff ? (assigneeId ?? undefined) : undefined,
    }),
  }
}

export const getConversation: Handler<SupportService, 'getConversation'> = async ({ params, caller, db, refuse }) => {
  const found = await findConversation(db, params.id)
  if (found === undefined || !caller.mayReach(found.customerId)) return refuse(noConversation(params.id))
  return { status: 200, body: toConversation(found, chatViewOf(caller)) }
}

export const listConversations: Handler<SupportService, 'listConversations'> = async ({ query, caller, db }) => {
  const view = chatViewOf(caller)
  const { limit, cursor, ...filter } = query
  // an assignee is visible to staff only
  const asked = view.isStaff ? filter : { ...filter, assigneeId: undefined }
  const customerId = filter.customerId ?? (view.isStaff ? undefined : caller.subject)
  // for customers, conversations of others do not exist
  if (customerId !== undefined && !caller.mayReach(customerId)) return { status: 200, body: { items: [] } }
  const page = await readPageById(compact({ limit, cursor }), async (beforeId, count) =>
    (await listStoredConversations(db, { ...asked, customerId, beforeId, limit: count })).map((each) =>
      toConversation(each, view),
    ),
  )
  return { status: 200, body: page }
}

export const listChatMessages: Handler<SupportService, 'listChatMessages'> = async ({
  params,
  query: { limit = defaultMessages, after = 0 },
  caller,
  db,
  refuse,
}) => {
  const found = await findConversation(db, params.id)
  if (found === undefined || !caller.mayReach(found.customerId)) return refuse(noConversation(params.id))
  const rows = await listStored(db, found.id, after, limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)?.sequence
  return {
    status: 200,
    body: {
      customerId: found.customerId,
      items: items.map((each) => toChatMessage(each, chatViewOf(caller))),
      ...(rows.length > limit && last !== undefined ? { next: last } : {}),
    },
  }
}
