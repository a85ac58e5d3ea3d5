import { idSchema, InstantSchema, keyText, noteText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { TicketId } from './resources.ts'

/** The id of a conversation of the chat. */
export const ConversationId = idSchema('conversation')
export type ConversationId = Static<typeof ConversationId>

/** Whether a conversation takes messages. */
export const ConversationStatus = Type.Enum(['open', 'closed'])
export type ConversationStatus = Static<typeof ConversationStatus>

/** The side of a conversation that has written something. */
export const ChatAuthor = Type.Enum(['customer', 'staff'])
export type ChatAuthor = Static<typeof ChatAuthor>

/** A conversation of a customer with staff. Only staff see the assignee. */
export const Conversation = Type.Object({
  id: ConversationId,
  customerId: UserId,
  status: ConversationStatus,
  lastSequence: Type.Integer({ minimum: 0, description: 'the sequence number of the latest message; 0 without one' }),
  assigneeId: Type.Optional(UserId),
  ticketId: Type.Optional(TicketId),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
  closedAt: Type.Optional(InstantSchema),
})
export type Conversation = Static<typeof Conversation>

/** An id that the sender gives a message: sent again, the message is stored once. */
export const ClientMessageId = keyText(64)

/** A message of a conversation; its sequence numbers are 1, 2, 3 and so on. */
export const ChatMessage = Type.Object({
  conversationId: ConversationId,
  sequence: Type.Integer({ minimum: 1 }),
  author: ChatAuthor,
  authorId: Type.Optional(UserId),
  clientMessageId: ClientMessageId,
  text: noteText(4_000),
  createdAt: InstantSchema,
})
export type ChatMessage = Static<typeof ChatMessage>
