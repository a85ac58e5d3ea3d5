import type { Calls } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import type { Variables } from '../domain/template.ts'
import { notifyOn } from './notify.ts'

const goals = { first_response: 'first response', resolution: 'resolution' } as const

/** Customers get the replies of staff and learn that a ticket is resolved; staff learn of missed goals. */
export function ticketFacts(deps: Deps) {
  return {
    ticketUpdated: notifyOn<'ticketUpdated'>(deps, {
      kind: 'ticket.updated',
      // no other change is a message to the customer
      to: ({ change, customerId }) => (change === 'staff_replied' ? customerId : undefined),
      quote: async ({ ticketId, messageId }, calls) =>
        messageId === undefined ? undefined : findReply(calls, { ticketId, messageId }),
      variables: ({ number }, { name, quoted }) => ({ name, ticketNumber: number, ...quoted }),
    }),
    ticketResolved: notifyOn<'ticketResolved'>(deps, {
      kind: 'ticket.resolved',
      to: ({ customerId }) => customerId,
      variables: ({ number }, { name }) => ({ name, ticketNumber: number }),
    }),
    ticketSlaBreached: notifyOn<'ticketSlaBreached'>(deps, {
      kind: 'ticket.sla_breached',
      to: 'staff',
      // not by mail: anyone can open tickets, and so decide how many are overdue
      by: 'in_app',
      variables: ({ number, priority, goal, dueAt }) => ({ ticketNumber: number, priority, goal: goals[goal], dueAt }),
    }),
  }
}

/** The reply, which is read when the message is made; undefined if its ticket was deleted. */
async function findReply(
  calls: Calls<NotificationService['calls']>,
  reply: { readonly ticketId: string; readonly messageId: string },
): Promise<Variables | undefined> {
  try {
    const { subject, text } = await calls.support.getReply(reply)
    return { subject, text }
  } catch (error) {
    if (isAppError(error, 'support.message_not_found')) return undefined
    throw error
  }
}
