import type { Tx } from '@stoa/contract'
import { ticketResolved, ticketSlaBreached, ticketUpdated } from '@stoa/contracts/support/events'
import type { SlaGoal, TicketMessageId } from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import { compact } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { changeSla, type Breach } from '../domain/sla.ts'
import { goalsOfMove, isWaitingForStaff } from '../domain/ticket.ts'
import { updateTicket, type StoredTicket } from '../store/tickets.ts'

type SupportTx = Tx<SupportService>

/** What changes of a ticket. */
export interface TicketChange {
  readonly status?: StoredTicket['status']
  readonly priority?: StoredTicket['priority']
  /** `null` for no assignee. */
  readonly assigneeId?: StoredTicket['assigneeId'] | null
  readonly messageCount?: number
  /** Goals that the change reaches in addition to those of the status. */
  readonly met?: readonly SlaGoal[]
}

/** Applies a change to a locked ticket and to its clock, and publishes the goals that it shows as missed. */
export async function changeTicket(
  { clock, policy }: Deps,
  tx: SupportTx,
  before: StoredTicket,
  { met = [], assigneeId, ...change }: TicketChange,
): Promise<StoredTicket> {
  const now = clock.now()
  const { status, priority } = { ...before, ...change }
  const goals = goalsOfMove(before.status, status)
  const move = { priority, isRunning: isWaitingForStaff(status), met: [...goals.met, ...met], unmet: goals.unmet }
  const { sla, breaches } = changeSla(policy, before.sla, move, now)
  const after: StoredTicket = {
    ...before,
    ...change,
    assigneeId: assigneeId === null ? undefined : (assigneeId ?? before.assigneeId),
    sla,
    updatedAt: now,
    resolvedAt: resolvedAtAfter(before, status, now),
    closedAt: status === 'closed' ? now : undefined,
  }
  await updateTicket(tx, after)
  await publishBreaches(tx, after, breaches)
  return after
}

function resolvedAtAfter(
  before: StoredTicket,
  status: StoredTicket['status'],
  now: Temporal.Instant,
): Temporal.Instant | undefined {
  if (status === 'resolved') return before.status === 'resolved' ? before.resolvedAt : now
  return status === 'closed' ? before.resolvedAt : undefined
}

function factOf({ id: ticketId, number, customerId, priority }: StoredTicket) {
  return { ticketId, number, customerId, priority }
}

export async function publishBreaches(tx: SupportTx, ticket: StoredTicket, breaches: readonly Breach[]): Promise<void> {
  for (const { goal, dueAt } of breaches) {
    const { assigneeId } = ticket
    await tx.publish(ticketSlaBreached, ticket.id, {
      ...factOf(ticket),
      goal,
      dueAt: dueAt.toString(),
      ...compact({ assigneeId }),
    })
  }
}

/** Publishes a change of a ticket; `more` names what is new. */
export async function publishUpdate(
  tx: SupportTx,
  ticket: StoredTicket,
  change: 'staff_replied' | 'customer_replied' | 'assigned' | 'prioritised' | 'status_changed' | 'rated',
  more: { readonly messageId?: TicketMessageId; readonly score?: number } = {},
): Promise<void> {
  const { status, assigneeId } = ticket
  await tx.publish(ticketUpdated, ticket.id, { ...factOf(ticket), change, status, ...compact({ assigneeId }), ...more })
}

/** Publishes a new status, and that a ticket was resolved. */
export async function publishStatus(tx: SupportTx, ticket: StoredTicket): Promise<void> {
  await publishUpdate(tx, ticket, 'status_changed')
  if (ticket.status !== 'resolved') return
  const resolvedAt = (ticket.resolvedAt ?? ticket.updatedAt).toString()
  await tx.publish(ticketResolved, ticket.id, { ...factOf(ticket), resolvedAt })
}
