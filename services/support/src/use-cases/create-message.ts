import type { Handler } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { TicketMessageId } from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import type { Deps } from '../deps.ts'
import { decideMessage } from '../domain/ticket.ts'
import { countMessages } from '../store/limits.ts'
import { insertMessage } from '../store/messages.ts'
import { lockTicket } from '../store/tickets.ts'
import { changeTicket, publishUpdate } from './change-ticket.ts'
import { secondsUntilOneMore } from './daily-limit.ts'
import { noTicket, viewOf } from './read-tickets.ts'

/** The messages that one ticket can have; lists of them stay readable. */
const mostMessages = 1_000

/** Writes a reply of the customer or of staff, or a note of staff. */
export const createMessage =
  (deps: Deps): Handler<SupportService, 'createMessage'> =>
  async ({ params, body: { text, internal = false }, caller, refuse, commit }) =>
    commit(async (tx) => {
      const now = deps.clock.now()
      // before the ticket, in the same order as a new ticket
      const retryAfterSeconds = await secondsUntilOneMore(tx, caller.subject, now, {
        limit: deps.limits.messagesPerDay,
        count: countMessages,
      })
      const ticket = await lockTicket(tx, params.id)
      if (ticket === undefined || !caller.mayReach(ticket.customerId)) return refuse(noTicket(params.id))
      const author = caller.subject === ticket.customerId ? 'customer' : 'staff'
      // also not for a key of staff that cannot read notes
      if (internal && (author === 'customer' || !viewOf(caller).isStaff))
        return refuse('support.internal_for_staff', 'Internal notes are for staff.')
      if (author === 'customer' && retryAfterSeconds > 0) {
        const detail = `An account can send ${deps.limits.messagesPerDay} messages within a day.`
        return refuse('support.too_many_messages', detail, { retryAfterSeconds })
      }
      const decision = decideMessage(ticket, internal ? 'note' : author, { now, reopenMs: deps.limits.reopenMs })
      if (decision.kind === 'closed') return refuse('support.ticket_closed', `The ticket ${ticket.number} is closed.`)
      if (ticket.messageCount >= mostMessages)
        return refuse('support.ticket_full', `The ticket ${ticket.number} has ${mostMessages} messages.`)
      const id = deps.newId() as TicketMessageId
      const authorId = caller.subject as UserId
      const { id: ticketId, customerId } = ticket
      await insertMessage(tx, { id, ticketId, customerId, author, authorId, internal, text, createdAt: now })
      const isReply = author === 'staff' && !internal
      const changed = await changeTicket(deps, tx, ticket, {
        status: decision.status,
        messageCount: ticket.messageCount + 1,
        met: isReply ? ['first_response'] : [],
      })
      if (!internal) await publishUpdate(tx, changed, `${author}_replied`, { messageId: id })
      return { status: 201, id }
    })
