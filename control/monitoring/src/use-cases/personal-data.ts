import type { PersonalData } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { forgetAcknowledger, listAcknowledgedBy } from '../store/alerts.ts'
import { forgetCreator, listSilencesOf } from '../store/silences.ts'

export const personalData: PersonalData<MonitoringService> = {
  export: async (userId, db) => ({
    acknowledgements: await listAcknowledgedBy(db, userId, 10_000),
    silences: await listSilencesOf(db, userId, 10_000),
  }),
  erase: async (tx, userId) => {
    await forgetAcknowledger(tx, userId)
    await forgetCreator(tx, userId)
  },
}
