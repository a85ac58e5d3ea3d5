import type { SlaGoal, TicketPriority } from '@stoa/contracts/support/resources'
import { addBusinessMs, businessMsBetween, type BusinessHours } from './business-hours.ts'

/** What staff promise: the business time until the first reply and until the resolution, by priority. */
export interface SlaPolicy {
  readonly hours: BusinessHours
  readonly targetMs: Readonly<Record<SlaGoal, Readonly<Record<TicketPriority, number>>>>
}

/** One goal. It is due at no time while the clock is stopped; a breach is noted once and stays. */
export interface Goal {
  readonly dueAt?: Temporal.Instant | undefined
  readonly metAt?: Temporal.Instant | undefined
  readonly breachedAt?: Temporal.Instant | undefined
}

/** The clock of a ticket: the business time that it has used until `runningSince`, and its goals. */
export interface Sla {
  readonly usedMs: number
  /** Missing while the clock is stopped. */
  readonly runningSince?: Temporal.Instant | undefined
  readonly goals: Readonly<Record<SlaGoal, Goal>>
}

/** A goal that was missed. */
export interface Breach {
  readonly goal: SlaGoal
  readonly dueAt: Temporal.Instant
}

/** The clock after a change, and the goals that are now known to be missed. */
export interface SlaChange {
  readonly sla: Sla
  readonly breaches: readonly Breach[]
}

/** What a change of a ticket means for its clock. */
export interface SlaMove {
  readonly priority: TicketPriority
  readonly isRunning: boolean
  /** The goals that the change reaches, and those that are unreached again. */
  readonly met?: readonly SlaGoal[]
  readonly unmet?: readonly SlaGoal[]
}

export const slaGoals = ['first_response', 'resolution'] as const satisfies readonly SlaGoal[]

/** The clock of a new ticket, which runs at once. */
export function startSla(policy: SlaPolicy, priority: TicketPriority, now: Temporal.Instant): Sla {
  return changeSla(
    policy,
    { usedMs: 0, goals: { first_response: {}, resolution: {} } },
    { priority, isRunning: true },
    now,
  ).sla
}

/** The goals whose time is over, and whose breach is not noted. */
export function findBreaches({ goals }: Sla, now: Temporal.Instant): Breach[] {
  return slaGoals.flatMap((goal) => {
    const { dueAt, metAt, breachedAt } = goals[goal]
    const isOver = dueAt !== undefined && Temporal.Instant.compare(dueAt, now) < 0
    return isOver && metAt === undefined && breachedAt === undefined ? [{ goal, dueAt }] : []
  })
}

/** Notes the breaches that exist now. */
export function noteBreaches(sla: Sla, now: Temporal.Instant): SlaChange {
  const breaches = findBreaches(sla, now)
  const goals = { ...sla.goals }
  for (const { goal } of breaches) goals[goal] = { ...goals[goal], breachedAt: now }
  return { sla: { ...sla, goals }, breaches }
}

/**
 * Changes the clock. What was due before this change is breached, also if this change reaches the goal; the business time
 * used so far is kept while the clock is stopped, and a new priority only changes what is left of it.
 */
export function changeSla(policy: SlaPolicy, before: Sla, move: SlaMove, now: Temporal.Instant): SlaChange {
  const { sla, breaches } = noteBreaches(before, now)
  const since = sla.runningSince
  const usedMs = sla.usedMs + (since === undefined ? 0 : businessMsBetween(policy.hours, since, now))
  const goalAfter = (goal: SlaGoal): Goal => {
    const { metAt, breachedAt, dueAt } = sla.goals[goal]
    const isUnmet = move.unmet?.includes(goal) ?? false
    const reachedAt = isUnmet ? undefined : (metAt ?? (move.met?.includes(goal) ? now : undefined))
    // a goal that is reached or missed keeps the time at which it was due
    if (reachedAt !== undefined || breachedAt !== undefined) return { dueAt, metAt: reachedAt, breachedAt }
    const leftMs = policy.targetMs[goal][move.priority] - usedMs
    return move.isRunning ? { dueAt: addBusinessMs(policy.hours, now, leftMs) } : {}
  }
  const goals = { first_response: goalAfter('first_response'), resolution: goalAfter('resolution') }
  return { sla: { usedMs, runningSince: move.isRunning ? now : undefined, goals }, breaches }
}
