import type { TaskHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { purgeAccountEnds } from '../store/account-ends.ts'
import { purgeApiKeys } from '../store/api-keys.ts'
import { purgeEndedSessions } from '../store/ended-sessions.ts'
import { purgeRecords } from '../store/oidc-records.ts'
import { purgeSessions } from '../store/sessions.ts'

// no access token lives longer
const LONGEST_TOKEN = { minutes: 61 }
const BATCH = 2_000
const MOST_BATCHES = 50

/** Deletes what has expired: in batches, so that no statement holds many rows for long. */
export const purgeExpired =
  ({ clock }: Deps): TaskHandler<AuthService, 'purge-expired'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      const now = clock.now()
      await untilEmpty((limit) => purgeRecords(tx, now, limit))
      await untilEmpty((limit) => purgeSessions(tx, now, limit))
      await purgeApiKeys(tx, now)
      await purgeAccountEnds(tx, now.subtract({ hours: 24 }))
      await purgeEndedSessions(tx, now.subtract(LONGEST_TOKEN))
    })

async function untilEmpty(purge: (limit: number) => Promise<number>): Promise<void> {
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    if ((await purge(BATCH)) < BATCH) return
  }
}
