import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { makeApiKey, MAX_API_KEYS, scopesOutOfReach } from './api-key.ts'
import { toApiKey } from '../resources.ts'
import { countApiKeysLocked, insertApiKey } from '../store/api-keys.ts'

/** Makes an API key for the caller's own account, no further-reaching than the account. */
export const createApiKey =
  ({ clock, newId }: Deps): Handler<AuthService, 'createApiKey'> =>
  async ({ body, caller, refuse, commit }) => {
    const beyond = scopesOutOfReach(body.scopes, caller.roles, caller.can)
    if (beyond.length > 0) {
      const fields = body.scopes.flatMap((scope, index) =>
        beyond.includes(scope) ? [{ pointer: `/scopes/${index}`, detail: `${scope} is not yours to give` }] : [],
      )
      return refuse('auth.scope_not_granted', 'A key can not reach further than its account.', { fields })
    }
    return commit(async (tx) => {
      const now = clock.now()
      if ((await countApiKeysLocked(tx, caller.subject, now)) >= MAX_API_KEYS) {
        return refuse('auth.api_key_limit', `An account may have ${MAX_API_KEYS} API keys.`)
      }
      const { key, prefix, fingerprint } = makeApiKey()
      const row = {
        id: newId(),
        userId: caller.subject,
        name: body.name,
        prefix,
        scopes: body.scopes,
        createdAt: now,
        expiresAt: now.add({ hours: 24 * (body.expiresInDays ?? 90) }),
      }
      await insertApiKey(tx, { ...row, fingerprint })
      return { status: 201, body: { ...toApiKey({ ...row, lastUsedAt: null }), key } }
    })
  }
