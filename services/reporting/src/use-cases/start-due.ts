import type { Calls, TaskHandler } from '@stoa/contract'
import type { ReportId, Schedule } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { planDue, scheduledContent } from '../domain/schedule.ts'
import { insertReport } from '../store/reports.ts'
import { findReaders, mayNow } from './may-read.ts'
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
        if (found !== undefined) await startOne(deps, id, await askAbout(calls, found.resource))
      } catch (error) {
        // it stays due; the others must not wait for it
        deps.logger.warn('a schedule that is due was not started', { scheduleId: id, error })
      }
    }
  }

/** What is known of the accounts of a schedule: they may have lost a permission since. Asked before the transaction. */
interface Accounts {
  readonly ownerId: UserId | undefined
  readonly recipients: readonly UserId[]
  /** Those of the recipients that may read reports. */
  readonly readers: readonly UserId[]
  readonly refusal: string | undefined
}

async function askAbout(
  calls: Calls<ReportingService['calls']>,
  { ownerId, recipients }: Pick<Schedule, 'ownerId' | 'recipients'>,
): Promise<Accounts> {
  const refusal = ownerId === undefined ? undefined : await findRefusal(calls, ownerId)
  const readers = refusal === undefined ? await findReaders(calls, recipients) : []
  return { ownerId, recipients, readers, refusal }
}

async function startOne({ database, makeTx, clock, newId }: Deps, id: string, accounts: Accounts): Promise<void> {
  const { ownerId, readers, refusal } = accounts
  await database.transaction(async (handle) => {
    const tx = makeTx(handle)
    const schedule = (await lockSchedule(tx, id))?.resource
    const now = clock.now()
    if (schedule?.nextAt === undefined || schedule.ownerId === undefined) return
    // another replica was first, or its accounts have changed in the meantime, and the next turn asks about them
    const nextAt = Temporal.Instant.from(schedule.nextAt)
    if (schedule.ownerId !== ownerId || Temporal.Instant.compare(nextAt, now) > 0) return
    if (schedule.recipients.join() !== accounts.recipients.join()) return
    const plan = planDue(schedule, nextAt, now)
    for (const dueAt of plan.missed)
      await insertRun(tx, id, { dueAt, state: 'missed', reason: 'no process of reporting was running' })
    await moveOn(tx, id, plan.nextAt)
    const dueAt = plan.due
    if (refusal !== undefined) return void (await insertRun(tx, id, { dueAt, state: 'refused', reason: refusal }))
    const reportId = newId() as ReportId
    const left = schedule.recipients.length - readers.length
    const reason = left === 0 ? {} : { reason: `${left} of the recipients may not read reports, and got no message` }
    // it was due already if the clock of the replica that replaced it is behind
    if (!(await insertRun(tx, id, { dueAt, state: 'started', reportId, ...reason }))) return
    await insertReport(tx, {
      id: reportId,
      content: scheduledContent(schedule, dueAt),
      requestedBy: ownerId,
      scheduled: { scheduleId: schedule.id, dueAt, recipients: readers },
      at: now,
    })
    await tx.enqueue('generate-report', { reportId }, { key: reportId })
  })
}

/** Why an account may not have reports made now. */
async function findRefusal(calls: Calls<ReportingService['calls']>, userId: UserId): Promise<string | undefined> {
  const may = await mayNow(calls, userId, 'report:generate')
  if (may === true) return undefined
  if (may === false) return 'the account of the schedule may no longer generate reports'
  return 'the account of the schedule is closed'
}
