import type { Ticket } from '@stoa/contracts/support/resources'

type Status = Ticket['status']

/** A change of status that staff can make. */
interface Move {
  readonly to: Status
  readonly label: string
  readonly effect: string
}

const wait: Move = {
  to: 'pending',
  label: 'Wait for the customer',
  effect: 'The ticket waits for the customer, and the clock of its service level stops.',
}
const open: Move = {
  to: 'open',
  label: 'Open the ticket',
  effect: 'The ticket waits for staff, and the clock of its service level runs.',
}
const resolve: Move = {
  to: 'resolved',
  label: 'Resolve the ticket',
  effect: 'The customer can rate the ticket. A reply of the customer opens it again; without one it is closed later.',
}
const close: Move = {
  to: 'closed',
  label: 'Close the ticket',
  effect: 'The ticket takes no more replies and no longer changes. This cannot be undone.',
}

/** The changes that a status allows, as support decides them; it refuses any other. */
export const movesFrom: Readonly<Record<Status, readonly Move[]>> = {
  open: [resolve, wait],
  pending: [resolve, open],
  resolved: [open, close],
  closed: [],
}

/** The state of a ticket as the state of its chip: an open one waits for staff. */
export function chipStateOf(status: Status): string {
  return status === 'open' ? 'waiting' : status
}

/** What the service level asks for next: the first goal that is not reached. */
export function nextGoalOf({
  sla,
}: Pick<Ticket, 'sla'>): { readonly name: string; readonly dueAt?: string; readonly isMissed: boolean } | undefined {
  if (sla === undefined) return undefined
  const goals = [
    { name: 'First response', ...sla.firstResponse },
    { name: 'Resolution', ...sla.resolution },
  ]
  const next = goals.find(({ metAt }) => metAt === undefined)
  if (next === undefined) return undefined
  const { name, dueAt, breachedAt } = next
  return { name, ...(dueAt === undefined ? {} : { dueAt }), isMissed: breachedAt !== undefined }
}
