import type { PersonalData } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { endErased } from '../end-sessions.ts'
import { listApiKeysOf } from '../store/api-keys.ts'
import { listSessionsOf } from '../store/sessions.ts'

const ALL = 10_000

/** What auth keeps on a person: sign-ins and API keys; erasing them also ends what the account could still be used by. */
export const accountData = ({ clock }: Deps): PersonalData<AuthService> => ({
  export: async (subject, db) => {
    const wanted = { userId: subject, now: clock.now(), after: undefined, limit: ALL }
    const [sessions, apiKeys] = await Promise.all([listSessionsOf(db, wanted), listApiKeysOf(db, wanted)])
    return { sessions, apiKeys }
  },
  erase: (tx, subject) => endErased(tx, subject as UserId),
})
