import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { announceApiKey, makeApiKey, MAX_API_KEYS, scopesOutOfReach } from './api-key.ts'
import { lockLiveCaller } from '../live-caller.ts'
import { toApiKey } from '../resources.ts'
import { countApiKeysLocked, insertApiKey } from '../store/api-keys.ts'

/** Makes an API key for the caller's own account that reaches no further than the caller does now. */
export const createApiKey =
  ({ clock, newId }: Deps): Handler<AuthService, 'createApiKey'> =>
  async ({ body, caller, headers, refuse, commit }) => {
    const beyond = scopesOutOfReach(body.scopes, caller)
    if (beyond.length > 0) {
      const fields = body.scopes.flatMap((scope, index) =>
        beyond.includes(scope) ? [{ pointer: `/scopes/${index}`, detail: `the token does not have ${scope}` }] : [],
      )
      return refuse('auth.scope_not_granted', 'A key cannot have more permissions than the token that creates it.', {
        fields,
      })
    }
    return commit(async (tx) => {
      const now = clock.now()
      if (!(await lockLiveCaller(tx, caller.subject, headers, now))) {
        return refuse('auth.token_invalid', 'The session of the token has ended.')
      }
      if ((await countApiKeysLocked(tx, caller.subject, now)) >= MAX_API_KEYS) {
        return refuse('auth.api_key_limit', `An account may have at most ${MAX_API_KEYS} API keys.`)
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
      await announceApiKey(tx, row)
      return { status: 201, body: { ...toApiKey({ ...row, lastUsedAt: null }), key } }
    })
  }
