import { closed, get, PageQuery, pageSchema, post, put, socket } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import {
  ChatAuthor,
  ChatMessage,
  ClientMessageId,
  Conversation,
  ConversationId,
  ConversationStatus,
} from './chat-resources.ts'
import { Ticket, TicketMessage, TicketPriority, TicketTopic } from './resources.ts'

const conversation = { params: { id: ConversationId } } as const
const Sequence = Type.Integer({ minimum: 0, maximum: 1_000_000 })

/** POST /api/v1/chat/conversations */
export const openConversation = post('/api/v1/chat/conversations', {
  summary: 'Open a conversation with staff; the open one is returned if there is one',
  permission: 'chat:write',
  owner: 'customerId',
  answers: { 201: Conversation },
  answersWith: 'getConversation',
  refuses: ['support.too_many_conversations'],
})

/** GET /api/v1/chat/conversations */
export const listConversations = get('/api/v1/chat/conversations', {
  summary: 'List conversations, newest first; staff see every conversation, customers their own',
  permission: 'chat:read',
  owner: 'none',
  query: Type.Object(
    {
      ...PageQuery,
      status: Type.Optional(ConversationStatus),
      assigneeId: Type.Optional(UserId),
      customerId: Type.Optional(UserId),
    },
    closed,
  ),
  answers: { 200: pageSchema(Conversation) },
})

/** GET /api/v1/chat/conversations/{id} */
export const getConversation = get('/api/v1/chat/conversations/{id}', {
  ...conversation,
  summary: 'Read a conversation',
  permission: 'chat:read',
  owner: 'customerId',
  answers: { 200: Conversation },
  refuses: ['support.conversation_not_found'],
})

/** GET /api/v1/chat/conversations/{id}/messages */
export const listChatMessages = get('/api/v1/chat/conversations/{id}/messages', {
  ...conversation,
  summary: 'List the messages of a conversation, oldest first',
  permission: 'chat:read',
  owner: 'customerId',
  query: Type.Object({ limit: PageQuery.limit, after: Type.Optional(Sequence) }, closed),
  answers: {
    200: Type.Object({
      customerId: UserId,
      items: Type.Array(ChatMessage),
      next: Type.Optional(Type.Integer({ description: '`after` of the next page; missing on the last one' })),
    }),
  },
  refuses: ['support.conversation_not_found'],
})

const manage = {
  ...conversation,
  permission: 'chat:manage',
  owner: 'none',
  audited: true,
  answersWith: 'getConversation',
} as const

/** PUT /api/v1/chat/conversations/{id}/assignee */
export const setConversationAssignee = put('/api/v1/chat/conversations/{id}/assignee', {
  ...manage,
  summary: 'Assign a conversation to a member of staff; without `assigneeId` it has no assignee',
  body: Type.Object({ assigneeId: Type.Optional(UserId) }, closed),
  answers: { 200: Conversation },
  refuses: ['support.conversation_not_found', 'support.conversation_closed', 'support.assignee_unknown'],
})

/** POST /api/v1/chat/conversations/{id}/close */
export const closeConversation = post('/api/v1/chat/conversations/{id}/close', {
  ...manage,
  summary: 'Close a conversation; the customer can open another one',
  answers: { 200: Conversation },
  refuses: ['support.conversation_not_found'],
})

/** POST /api/v1/chat/conversations/{id}/ticket */
export const handOverConversation = post('/api/v1/chat/conversations/{id}/ticket', {
  ...manage,
  summary: 'Open a ticket for the customer of a conversation, and close the conversation',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      subject: Ticket.properties.subject,
      text: TicketMessage.properties.text,
      topic: Type.Optional(TicketTopic),
      priority: Type.Optional(TicketPriority),
    },
    closed,
  ),
  answers: { 201: Conversation },
  refuses: ['support.conversation_not_found', 'support.conversation_closed'],
})

/** GET /api/v1/chat: a WebSocket */
export const openChat = socket('/api/v1/chat', {
  summary: 'Follow and write a conversation: every message after `after` once and in order, then each new one',
  permission: 'chat:write',
  owner: 'none',
  query: Type.Object({ conversationId: ConversationId, after: Type.Optional(Sequence) }, closed),
  receives: {
    say: Type.Object({ clientMessageId: ClientMessageId, text: ChatMessage.properties.text }, closed),
    typing: Type.Object({}, closed),
  },
  sends: {
    /** The first message, and again after each change of the conversation. */
    conversation: Conversation,
    message: ChatMessage,
    /** The acknowledgement of `say`: the message is stored. */
    stored: Type.Object({ clientMessageId: ClientMessageId, sequence: Type.Integer() }),
    typing: Type.Object({ author: ChatAuthor }),
    presence: Type.Object({ customer: Type.Boolean(), staff: Type.Boolean() }),
  },
  refuses: [
    'support.conversation_not_found',
    'support.conversation_closed',
    'support.conversation_full',
    'support.message_id_reused',
  ],
})
