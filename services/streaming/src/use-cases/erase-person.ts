import type { PersonalData } from '@stoa/contract'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import { matchesOf } from '../store/matches.ts'
import { deletePerson } from '../store/patterns.ts'

export const personalData: PersonalData<StreamingService> = {
  export: async (customerId, db) => ({ matches: await matchesOf(db, customerId) }),
  erase: (tx, customerId) => deletePerson(tx, customerId),
}
