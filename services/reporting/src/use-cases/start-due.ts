import type { Calls, TaskHandler } from '@stoa/contract'
import { reportingPermissions } from '@stoa/contracts/reporting/permissions'
import type { ReportId } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { planDue, scheduledContent } from '../domain/schedule.ts'
import { insertReport } from '../store/reports.ts'
import { findSchedule, insertRun, listDue, lockSchedule, moveOn } from '../store/schedules.ts'

const mostAtOnce = 100

/**
 * Queues the reports of the schedules that are due. The row of a schedule is locked while its due time is noted, its report queued and its
 * next due time set, in one transaction: whatever dies, and however many replicas do this at once, each due time is decided once.
 */
export const startDue =
  (deps: Deps): TaskHandler<ReportingService, 'start-due'> =>
  async ({ calls, db }) => {
    for (const id of await listDue(db, deps.clock.now(), mostAtOnce)) {
      try {
        const found = await findSchedule(db, id)
        const ownerId = found?.resource.ownerId
        // its owner may have lost the permission since; asked before the transaction
        const refusal = ownerId === undefined ? undefined : await findRefusal(calls, ownerId)
        await startOne(deps, { id, ownerId, refusal })
      } catch (error) {
        // it stays due; the others must not wait for it
        deps.logger.warn('a schedule that is due was not started', { scheduleId: id, error })
      }
    }
  }

async function startOne(
  { database, makeTx, clock, newId }: Deps,
  {
    id,
    ownerId,
    refusal,
  }: { readonly id: string; readonly ownerId: UserId | undefined; readonly refusal: string | undefined },
): Promise<void> {
  await database.transaction(async (handle) => {
    const tx = makeTx(handle)
    const schedule = (await lockSchedule(tx, id))?.resource
    const now = clock.now()
    if (schedule?.nextAt === undefined || schedule.ownerId === undefined) return
    // another replica was first, or it was given another owner in the meantime, whom the next turn asks about
    const nextAt = Temporal.Instant.from(schedule.nextAt)
    if (schedule.ownerId !== ownerId || Temporal.Instant.compare(nextAt, now) > 0) return
    const plan = planDue(schedule, nextAt, now)
    for (const dueAt of plan.missed)
      await insertRun(tx, id, { dueAt, state: 'missed', reason: 'no process of reporting was running' })
    await moveOn(tx, id, plan.nextAt)
    const dueAt = plan.due
    if (refusal !== undefined) return insertRun(tx, id, { dueAt, state: 'refused', reason: refusal })
    const reportId = newId() as ReportId
    await insertReport(tx, {
      id: reportId,
      content: scheduledContent(schedule, dueAt),
      requestedBy: ownerId,
      scheduled: { scheduleId: schedule.id, dueAt, recipients: schedule.recipients },
      at: now,
    })
    await insertRun(tx, id, { dueAt, state: 'started', reportId })
    await tx.enqueue('generate-report', { reportId }, { key: reportId })
  })
}

/** Why an account may not have reports made now. */
async function findRefusal(calls: Calls<ReportingService['calls']>, userId: UserId): Promise<string | undefined> {
  try {
    const { roles } = await calls.user.getClaims({ userId })
    const allowed: readonly string[] = [...reportingPermissions['report:generate'].roles, 'admin']
    if (roles.some((role) => allowed.includes(role))) return undefined
    return 'the account of the schedule may no longer generate reports'
  } catch (error) {
    if (isAppError(error, 'user.not_found')) return 'the account of the schedule is closed'
    throw error
  }
}
