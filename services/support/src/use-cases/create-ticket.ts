import type { Calls, Handler } from '@stoa/contract'
import type { OrderId, UserId } from '@stoa/contracts/shared/ids'
import { ticketCreated } from '@stoa/contracts/support/events'
import type { TicketId, TicketMessageId } from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import { compact, isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { startSla } from '../domain/sla.ts'
import { countTickets } from '../store/limits.ts'
import { insertMessage } from '../store/messages.ts'
import { insertTicket } from '../store/tickets.ts'
import { secondsUntilOneMore } from './daily-limit.ts'

/** The number of an order of a customer; undefined if it does not exist or belongs to someone else. */
async function findOrderNumber(
  calls: Calls<SupportService['calls']>,
  orderId: OrderId,
  customerId: string,
): Promise<string | undefined> {
  try {
    const order = await calls.order.getSummary({ orderId })
    return order.customerId === customerId ? order.number : undefined
  } catch (error) {
    if (isAppError(error, 'order.not_found')) return undefined
    throw error
  }
}

export const createTicket =
  ({ clock, newId, policy, limits }: Deps): Handler<SupportService, 'createTicket'> =>
  async ({ body, caller, calls, refuse, commit }) => {
    const customerId = caller.subject as UserId
    const { orderId, subject, topic = 'other', priority = 'normal' } = body
    const orderNumber = orderId === undefined ? undefined : await findOrderNumber(calls, orderId, customerId)
    if (orderId !== undefined && orderNumber === undefined) {
      const fields = [{ pointer: '/orderId', detail: 'is not an order of this account' }]
      return refuse('support.order_unknown', `You have no order ${orderId}.`, { fields })
    }
    return commit(async (tx) => {
      const now = clock.now()
      const limit = { limit: limits.ticketsPerDay, count: countTickets }
      const retryAfterSeconds = await secondsUntilOneMore(tx, customerId, now, limit)
      if (retryAfterSeconds > 0) {
        const detail = `An account can open ${limits.ticketsPerDay} tickets within a day.`
        return refuse('support.too_many_tickets', detail, { retryAfterSeconds })
      }
      const id = newId() as TicketId
      const sla = startSla(policy, priority, now)
      const about = { orderId, orderNumber, subject, topic, priority }
      const ticket = await insertTicket(tx, {
        ...about,
        id,
        customerId,
        status: 'open',
        createdAt: now,
        updatedAt: now,
        sla,
      })
      await insertMessage(tx, {
        id: newId() as TicketMessageId,
        ticketId: id,
        customerId,
        author: 'customer',
        authorId: customerId,
        internal: false,
        text: body.body,
        createdAt: now,
      })
      const fact = { ticketId: id, number: ticket.number, customerId, priority, topic }
      await tx.publish(ticketCreated, id, { ...fact, ...compact({ orderId }) })
      return { status: 201, id }
    })
  }
