import type { PersonalData } from '@stoa/contract'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { forgetRequester, listReportsOf } from '../store/reports.ts'

export const personalData: PersonalData<ReportingService> = {
  export: async (userId, db) => ({ reports: await listReportsOf(db, userId, 10_000) }),
  erase: forgetRequester,
}
