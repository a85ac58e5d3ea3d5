import type { Caller, Handler, RpcHandler } from '@stoa/contract'
import type { SlaGoal, Ticket, TicketRating } from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import { compact } from '@stoa/kernel'
import { readPageById } from '@stoa/service'
import type { Goal } from '../domain/sla.ts'
import { findMessage, listMessages as listStored, type View } from '../store/messages.ts'
import { findTicket, listTickets as listStoredTickets, type StoredRating, type StoredTicket } from '../store/tickets.ts'

/** The refusal of a ticket that does not exist for the caller. */
export function noTicket(id: string) {
  return { code: 'support.ticket_not_found', detail: `The ticket ${id} does not exist.` } as const
}

/** Staff see notes, authors, the assignee and the service level. */
export function viewOf({ can }: Pick<Caller, 'can'>): View {
  return { isStaff: can('ticket:read:any') }
}

/** A ticket as a caller sees it. */
export function toTicket(ticket: StoredTicket, { isStaff }: View): Ticket {
  const { id, number, customerId, subject, topic, priority, status, orderId, orderNumber } = ticket
  const forStaff = isStaff ? compact({ assigneeId: ticket.assigneeId, sla: toSla(ticket.sla.goals) }) : {}
  return {
    id,
    number,
    customerId,
    subject,
    topic,
    priority,
    status,
    createdAt: ticket.createdAt.toString(),
    updatedAt: ticket.updatedAt.toString(),
    ...compact({ orderId, orderNumber, resolvedAt: ticket.resolvedAt?.toString(), rating: toRating(ticket.rating) }),
    ...forStaff,
  }
}

function toSla({ first_response, resolution }: Readonly<Record<SlaGoal, Goal>>) {
  const state = ({ dueAt, metAt, breachedAt }: Goal) =>
    compact({ dueAt: dueAt?.toString(), metAt: metAt?.toString(), breachedAt: breachedAt?.toString() })
  return { firstResponse: state(first_response), resolution: state(resolution) }
}

function toRating(rating: StoredRating | undefined): TicketRating | undefined {
  if (rating === undefined) return undefined
  return { score: rating.score, ratedAt: rating.ratedAt.toString(), ...compact({ comment: rating.comment }) }
}

export const getTicket: Handler<SupportService, 'getTicket'> = async ({ params, caller, db, refuse }) => {
  const ticket = await findTicket(db, params.id)
  if (ticket === undefined || !caller.mayReach(ticket.customerId)) return refuse(noTicket(params.id))
  return { status: 200, body: toTicket(ticket, viewOf(caller)), version: ticket.version }
}

export const listTickets: Handler<SupportService, 'listTickets'> = async ({ query, caller, db }) => {
  const view = viewOf(caller)
  const { limit, cursor, ...filter } = query
  // an assignee is visible to staff only
  const asked = view.isStaff ? filter : { ...filter, assigneeId: undefined }
  const customerId = filter.customerId ?? (view.isStaff ? undefined : caller.subject)
  // for customers, tickets of others do not exist
  if (customerId !== undefined && !caller.mayReach(customerId)) return { status: 200, body: { items: [] } }
  const page = await readPageById(compact({ limit, cursor }), async (beforeId, count) =>
    (await listStoredTickets(db, { ...asked, customerId, beforeId, limit: count })).map((each) => toTicket(each, view)),
  )
  return { status: 200, body: page }
}

export const listMessages: Handler<SupportService, 'listMessages'> = async ({ params, query, caller, db, refuse }) => {
  const ticket = await findTicket(db, params.id)
  if (ticket === undefined || !caller.mayReach(ticket.customerId)) return refuse(noTicket(params.id))
  const page = await readPageById(query, (afterId, limit) =>
    listStored(db, { ticketId: ticket.id, afterId, limit }, viewOf(caller)),
  )
  return { status: 200, body: { customerId: ticket.customerId, ...page } }
}

export const getMessage: Handler<SupportService, 'getMessage'> = async ({ params, caller, db, refuse }) => {
  const message = await findMessage(db, params.id, params.messageId, viewOf(caller))
  return message === undefined
    ? refuse('support.message_not_found', `The ticket has no message ${params.messageId}.`)
    : { status: 200, body: message }
}

/** A reply of staff, for the message to the customer. */
export const getReply: RpcHandler<SupportService, 'getReply'> = async ({ input, db, refuse }) => {
  if (!isId(input.ticketId) || !isId(input.messageId))
    return refuse('support.message_not_found', `"${input.messageId}" is not the id of a reply.`)
  const [ticket, message] = await Promise.all([
    findTicket(db, input.ticketId),
    findMessage(db, input.ticketId, input.messageId, { isStaff: false }),
  ])
  if (ticket === undefined || message?.author !== 'staff')
    return refuse('support.message_not_found', `there is no reply ${input.messageId}`)
  return { subject: ticket.subject, text: message.text }
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
