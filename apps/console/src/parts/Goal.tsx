import type { Ticket } from '../api/tickets.ts'
import { nextGoalOf } from '../state/tickets.ts'
import { Time } from '../state/zone.tsx'

/** The next goal of the service level of a ticket: when it is due, or that it was missed. */
export function Goal({ ticket }: { readonly ticket: Ticket }) {
  const goal = nextGoalOf(ticket)
  if (goal === undefined) return null
  const { name, dueAt, isMissed } = goal
  if (isMissed) return <span className="nowrap">▲ {name} missed</span>
  return (
    <span>
      {name} {dueAt === undefined ? <span className="quiet">stopped</span> : <Time at={dueAt} />}
    </span>
  )
}
