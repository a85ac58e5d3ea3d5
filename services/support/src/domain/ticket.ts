import type { SlaGoal, TicketStatus } from '@stoa/contracts/support/resources'

/** Where a status may go by the hand of staff. */
const moves: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  open: ['pending', 'resolved'],
  pending: ['open', 'resolved'],
  resolved: ['open', 'closed'],
  closed: [],
}

/** Whether staff may change a ticket from one status to another. */
export function canMove(from: TicketStatus, to: TicketStatus): boolean {
  return moves[from].includes(to)
}

/** Whether the clock of the service level runs: only while staff have to act. */
export function isWaitingForStaff(status: TicketStatus): boolean {
  return status === 'open'
}

/** What happens to a ticket in a decision. */
export interface TicketState {
  readonly status: TicketStatus
  readonly resolvedAt?: Temporal.Instant | undefined
}

/** The author of a message; a note is a message of staff to staff. */
export type MessageKind = 'customer' | 'staff' | 'note'

/** The status after a message, or `closed` if the ticket takes none. */
export type MessageDecision = { readonly kind: 'closed' } | { readonly kind: 'taken'; readonly status: TicketStatus }

/**
 * Decides what a message does to a ticket. A reply of staff makes an open ticket wait for the customer; a reply of the customer
 * makes it wait for staff, and reopens a resolved one until `reopenMs` after it was resolved. A note changes nothing.
 */
export function decideMessage(
  { status, resolvedAt }: TicketState,
  by: MessageKind,
  { now, reopenMs }: { readonly now: Temporal.Instant; readonly reopenMs: number },
): MessageDecision {
  if (status === 'closed') return { kind: 'closed' }
  if (by === 'note') return { kind: 'taken', status }
  if (by === 'staff') return { kind: 'taken', status: status === 'open' ? 'pending' : status }
  return isOver(resolvedAt, now, reopenMs) ? { kind: 'closed' } : { kind: 'taken', status: 'open' }
}

function isOver(resolvedAt: Temporal.Instant | undefined, now: Temporal.Instant, reopenMs: number): boolean {
  return resolvedAt !== undefined && now.epochMilliseconds - resolvedAt.epochMilliseconds >= reopenMs
}

/** The goals of the service level that a change from one status to another reaches, and those that it undoes. */
export function goalsOfMove(
  from: TicketStatus,
  to: TicketStatus,
): { readonly met: readonly SlaGoal[]; readonly unmet: readonly SlaGoal[] } {
  // who has a solution has had a response
  if (to === 'resolved') return { met: ['first_response', 'resolution'], unmet: [] }
  return { met: [], unmet: from === 'resolved' && to === 'open' ? ['resolution'] : [] }
}
