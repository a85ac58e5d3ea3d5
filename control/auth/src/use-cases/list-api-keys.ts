import type { Handler } from '@stoa/contract'
import { ApiKey } from '@stoa/contracts/auth/resources'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { readNewest, scopeOfList } from '../lists.ts'
import { toApiKey } from '../resources.ts'
import { listApiKeysOf } from '../store/api-keys.ts'
import type { After } from '../store/sessions.ts'

/** Lists live API keys: one's own, or for those who may see everybody's all of them or one account's. */
export const listApiKeys =
  ({ clock }: Deps): Handler<AuthService, 'listApiKeys'> =>
  async ({ query, caller, db }) => {
    const whose = scopeOfList(caller, 'api-key:manage', query.userId)
    if (whose === undefined) return { status: 200, body: { items: [] } }
    const read = (after: After | undefined, limit: number) =>
      listApiKeysOf(db, { ...whose, now: clock.now(), after, limit })
    return { status: 200, body: await readNewest(query, ApiKey.properties.id, read, toApiKey) }
  }
