import { TicketPriority } from '@stoa/contracts/support/resources'
import { tickets, type Ticket } from '../api/tickets.ts'
import { useCan, useSession } from '../state/session.tsx'
import { wordsOf } from '../state/status.ts'
import { movesFrom } from '../state/tickets.ts'
import { ActionButtons } from './ActionButtons.tsx'
import type { Action } from './ActionDialog.tsx'

/** What staff can do with a ticket: nothing with a closed one. */
export function TicketActions({ ticket }: { readonly ticket: Ticket }) {
  const can = useCan()
  const { accountId } = useSession()
  if (!can('ticket:manage') || ticket.status === 'closed') return null
  const actions = [assignOf(ticket, accountId as Ticket['customerId']), priorityOf(ticket), ...movesOf(ticket)]
  return <ActionButtons actions={actions} />
}

function assignOf({ id, number, assigneeId }: Ticket, accountId: Ticket['customerId']): Action {
  const params = { id }
  if (assigneeId === accountId)
    return {
      label: 'Release the ticket',
      effect: `${number} has no assignee then, and anyone can take it.`,
      run: () => tickets.setAssignee({ params, body: {} }),
    }
  const taken = assigneeId === undefined ? '' : ' It is taken from the member of staff who has it now.'
  return {
    label: 'Take the ticket',
    effect: `${number} is assigned to you.${taken} You can release it again.`,
    run: () => tickets.setAssignee({ params, body: { assigneeId: accountId } }),
  }
}

function priorityOf({ id, number, priority }: Ticket): Action {
  const options = TicketPriority.enum.map((value) => ({ value, label: wordsOf(value) }))
  return {
    label: 'Change the priority',
    effect: `The goals of the service level of ${number} change with its priority; time that was used stays used.`,
    fields: [{ kind: 'choice', name: 'priority', label: 'Priority', options, value: priority }],
    run: ({ priority: chosen }) => {
      const next = TicketPriority.enum.find((each) => each === chosen) ?? priority
      return tickets.setPriority({ params: { id }, body: { priority: next } })
    },
  }
}

function movesOf({ id, status }: Ticket): Action[] {
  return movesFrom[status].map(({ to, label, effect }) => ({
    label,
    effect,
    isDangerous: to === 'closed',
    run: () => tickets.setStatus({ params: { id }, body: { status: to } }),
  }))
}
