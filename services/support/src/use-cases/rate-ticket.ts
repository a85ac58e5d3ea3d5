import type { Handler } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import type { Deps } from '../deps.ts'
import { lockTicket, updateTicket } from '../store/tickets.ts'
import { publishUpdate } from './change-ticket.ts'
import { noTicket } from './read-tickets.ts'

/** The customer rates a ticket, once, after it was resolved. */
export const rateTicket =
  ({ clock }: Deps): Handler<SupportService, 'rateTicket'> =>
  async ({ params, body: { score, comment }, caller, refuse, commit }) =>
    commit(async (tx) => {
      const ticket = await lockTicket(tx, params.id)
      if (ticket === undefined || ticket.customerId !== caller.subject) return refuse(noTicket(params.id))
      if (ticket.rating !== undefined) return refuse('support.already_rated', `${ticket.number} is already rated.`)
      if (ticket.status !== 'resolved' && ticket.status !== 'closed')
        return refuse('support.not_resolved', `The ticket ${ticket.number} is ${ticket.status}.`)
      const rated = { ...ticket, rating: { score, comment, ratedAt: clock.now() } }
      await updateTicket(tx, rated)
      await publishUpdate(tx, rated, 'rated', { score })
      return { status: 201, id: ticket.id }
    })
