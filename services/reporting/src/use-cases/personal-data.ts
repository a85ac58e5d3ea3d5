import type { PersonalData } from '@stoa/contract'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { forgetRequester, listReportsOf } from '../store/reports.ts'
import { forgetAccount, listSchedulesOf } from '../store/schedules.ts'

export const personalData: PersonalData<ReportingService> = {
  export: async (userId, db) => ({
    reports: await listReportsOf(db, userId, 10_000),
    schedules: await listSchedulesOf(db, userId),
  }),
  erase: async (tx, userId) => {
    // Schedules first: it waits for one that is being started, whose report is then seen.
    await forgetAccount(tx, userId)
    await forgetRequester(tx, userId)
  },
}
