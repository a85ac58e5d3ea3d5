import type { TaskHandler } from '@stoa/contract'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { Deps } from '../deps.ts'
import { correctedDue } from '../domain/schedule.ts'
import { listLater, lockSchedule, setBack } from '../store/schedules.ts'

const mostAtOnce = 100
const firstId = '00000000-0000-0000-0000-000000000000'

/** Sets back the schedules that would not be due for long, because the clock was set far forward and back. */
export const correctDue =
  ({ clock, database, logger }: Deps): TaskHandler<ReportingService, 'correct-due'> =>
  async ({ db }) => {
    // a schedule is due at most once an hour: one that is due within the hour is not too late
    const after = clock.now().add({ hours: 1 })
    let ids = await listLater(db, { after, behindId: firstId, limit: mostAtOnce })
    while (ids.length > 0) {
      for (const id of ids) {
        await database.transaction(async (tx) => {
          const schedule = (await lockSchedule(tx, id))?.resource
          if (schedule?.nextAt === undefined) return
          const corrected = correctedDue(schedule, Temporal.Instant.from(schedule.nextAt), clock.now())
          if (corrected === undefined) return
          await setBack(tx, id, corrected)
          logger.warn('a schedule that lay more than a period ahead was set back', {
            scheduleId: id,
            from: schedule.nextAt,
            to: corrected.toString(),
          })
        })
      }
      ids = await listLater(db, { after, behindId: ids.at(-1) ?? firstId, limit: mostAtOnce })
    }
  }
