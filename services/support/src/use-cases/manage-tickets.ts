import type { Calls, Handler } from '@stoa/contract'
import { customerService } from '@stoa/contracts/shared/roles'
import type { SupportService } from '@stoa/contracts/support/service'
import { isAppError } from '@stoa/kernel'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { canMove } from '../domain/ticket.ts'
import { lockTicket } from '../store/tickets.ts'
import { changeTicket, publishStatus, publishUpdate } from './change-ticket.ts'
import { noTicket } from './read-tickets.ts'

const assignable: ReadonlySet<string> = new Set([...customerService, 'admin'])

/** Returns whether an account is active and has a role with which it can work on tickets. */
export async function canWorkOnTickets(calls: Calls<SupportService['calls']>, userId: string): Promise<boolean> {
  try {
    const { roles } = await calls.user.getClaims({ userId })
    return roles.some((role) => assignable.has(role))
  } catch (error) {
    if (isAppError(error, 'user.not_found')) return false
    throw error
  }
}

export const setAssignee =
  (deps: Deps): Handler<SupportService, 'setAssignee'> =>
  async ({ params, body: { assigneeId }, calls, expectedVersion, refuse, commit }) => {
    if (assigneeId !== undefined && !(await canWorkOnTickets(calls, assigneeId))) {
      const fields = [{ pointer: '/assigneeId', detail: 'is not an account of customer service' }]
      return refuse('support.assignee_unknown', `The account ${assigneeId} cannot work on tickets.`, { fields })
    }
    return commit(async (tx) => {
      const ticket = await lockTicket(tx, params.id)
      if (ticket === undefined) return refuse(noTicket(params.id))
      requireVersion(expectedVersion, ticket, 'ticket')
      if (ticket.status === 'closed') return refuse('support.ticket_closed', `The ticket ${ticket.number} is closed.`)
      // erased after it was checked
      if (assigneeId !== undefined && (await tx.isErased(assigneeId)))
        return refuse('support.assignee_unknown', `The account ${assigneeId} is erased.`)
      if (ticket.assigneeId !== assigneeId) {
        await publishUpdate(tx, await changeTicket(deps, tx, ticket, { assigneeId: assigneeId ?? null }), 'assigned')
      }
      return { status: 200, id: ticket.id }
    })
  }

export const setPriority =
  (deps: Deps): Handler<SupportService, 'setPriority'> =>
  async ({ params, body: { priority }, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      const ticket = await lockTicket(tx, params.id)
      if (ticket === undefined) return refuse(noTicket(params.id))
      requireVersion(expectedVersion, ticket, 'ticket')
      if (ticket.status === 'closed') return refuse('support.ticket_closed', `The ticket ${ticket.number} is closed.`)
      if (ticket.priority !== priority) {
        await publishUpdate(tx, await changeTicket(deps, tx, ticket, { priority }), 'prioritised')
      }
      return { status: 200, id: ticket.id }
    })

export const setStatus =
  (deps: Deps): Handler<SupportService, 'setStatus'> =>
  async ({ params, body: { status }, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      const ticket = await lockTicket(tx, params.id)
      if (ticket === undefined) return refuse(noTicket(params.id))
      requireVersion(expectedVersion, ticket, 'ticket')
      if (ticket.status === status) return { status: 200, id: ticket.id }
      if (!canMove(ticket.status, status)) {
        const detail = `A ticket that is ${ticket.status} cannot change to ${status}.`
        return refuse('support.move_not_allowed', detail)
      }
      await publishStatus(tx, await changeTicket(deps, tx, ticket, { status }))
      return { status: 200, id: ticket.id }
    })
