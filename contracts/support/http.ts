import { closed, get, noteText, PageQuery, pageSchema, post, put } from '@stoa/contract'
import { Type } from 'typebox'
import { OrderId, UserId } from '../shared/ids.ts'
import {
  Ticket,
  TicketTopic,
  TicketId,
  TicketMessage,
  TicketMessageId,
  TicketPriority,
  TicketRating,
  TicketStatus,
} from './resources.ts'

export { addAttachment, deleteAttachment, getAttachment, listAttachments, readAttachment } from './attachments-http.ts'

const { subject } = Ticket.properties
const { text } = TicketMessage.properties
const { score } = TicketRating.properties

/** POST /api/v1/tickets */
export const createTicket = post('/api/v1/tickets', {
  summary: 'Open a ticket, which can be about an order of yours',
  permission: 'ticket:create',
  owner: 'customerId',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      subject,
      body: text,
      orderId: Type.Optional(OrderId),
      topic: Type.Optional(TicketTopic),
      priority: Type.Optional(Type.Enum(['low', 'normal', 'high'], { description: 'only staff choose urgent' })),
    },
    closed,
  ),
  answers: { 201: Ticket },
  answersWith: 'getTicket',
  refuses: ['support.order_unknown', 'support.too_many_tickets'],
})

/** GET /api/v1/tickets */
export const listTickets = get('/api/v1/tickets', {
  summary: 'List tickets, newest first; staff see every ticket, customers their own',
  permission: 'ticket:read',
  owner: 'none',
  query: Type.Object(
    {
      ...PageQuery,
      status: Type.Optional(TicketStatus),
      priority: Type.Optional(TicketPriority),
      topic: Type.Optional(TicketTopic),
      assigneeId: Type.Optional(UserId),
      customerId: Type.Optional(UserId),
      orderId: Type.Optional(OrderId),
    },
    closed,
  ),
  answers: { 200: pageSchema(Ticket) },
})

/** GET /api/v1/tickets/{id} */
export const getTicket = get('/api/v1/tickets/{id}', {
  params: { id: TicketId },
  summary: 'Read a ticket',
  permission: 'ticket:read',
  owner: 'customerId',
  answers: { 200: Ticket },
  refuses: ['support.ticket_not_found'],
})

/** POST /api/v1/tickets/{id}/messages */
export const createMessage = post('/api/v1/tickets/{id}/messages', {
  params: { id: TicketId },
  summary: 'Reply to a ticket; a reply of the customer reopens a resolved one, and staff can add internal notes',
  permission: 'ticket:reply',
  owner: 'customerId',
  idempotencyKey: 'required',
  body: Type.Object({ text, internal: Type.Optional(Type.Boolean()) }, closed),
  answers: { 201: TicketMessage },
  answersWith: 'getMessage',
  refuses: [
    'support.ticket_not_found',
    'support.ticket_closed',
    'support.ticket_full',
    'support.internal_for_staff',
    'support.too_many_messages',
  ],
})

/** GET /api/v1/tickets/{id}/messages */
export const listMessages = get('/api/v1/tickets/{id}/messages', {
  params: { id: TicketId },
  summary: 'List the messages of a ticket, oldest first; internal notes are listed for staff only',
  permission: 'ticket:read',
  owner: 'customerId',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: Type.Object({ customerId: UserId, ...pageSchema(TicketMessage).properties }) },
  refuses: ['support.ticket_not_found'],
})

/** GET /api/v1/tickets/{id}/messages/{messageId} */
export const getMessage = get('/api/v1/tickets/{id}/messages/{messageId}', {
  params: { id: TicketId, messageId: TicketMessageId },
  summary: 'Read a message of a ticket',
  permission: 'ticket:read',
  owner: 'customerId',
  answers: { 200: TicketMessage },
  refuses: ['support.message_not_found'],
})

const manage = {
  params: { id: TicketId },
  permission: 'ticket:manage',
  owner: 'none',
  answers: { 200: Ticket },
  answersWith: 'getTicket',
} as const

/** PUT /api/v1/tickets/{id}/assignee */
export const setAssignee = put('/api/v1/tickets/{id}/assignee', {
  ...manage,
  audited: true,
  summary: 'Assign a ticket to a member of staff; without `assigneeId` it has no assignee',
  body: Type.Object({ assigneeId: Type.Optional(UserId) }, closed),
  refuses: ['support.ticket_not_found', 'support.ticket_closed', 'support.assignee_unknown'],
})

/** PUT /api/v1/tickets/{id}/priority */
export const setPriority = put('/api/v1/tickets/{id}/priority', {
  ...manage,
  audited: true,
  summary: 'Change the priority of a ticket; the goals of its service level change with it',
  body: Type.Object({ priority: TicketPriority }, closed),
  refuses: ['support.ticket_not_found', 'support.ticket_closed'],
})

/** PUT /api/v1/tickets/{id}/status */
export const setStatus = put('/api/v1/tickets/{id}/status', {
  ...manage,
  audited: true,
  summary: 'Change the status of a ticket',
  body: Type.Object({ status: TicketStatus }, closed),
  refuses: ['support.ticket_not_found', 'support.move_not_allowed'],
})

/** POST /api/v1/tickets/{id}/rating */
export const rateTicket = post('/api/v1/tickets/{id}/rating', {
  params: { id: TicketId },
  summary: 'Rate a resolved ticket, once',
  permission: 'ticket:rate',
  owner: 'customerId',
  body: Type.Object({ score, comment: Type.Optional(noteText(2_000)) }, closed),
  answers: { 201: Ticket },
  answersWith: 'getTicket',
  refuses: ['support.ticket_not_found', 'support.not_resolved', 'support.already_rated'],
})
