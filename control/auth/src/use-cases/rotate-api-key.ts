import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { announceApiKey, makeApiKey, MAX_API_KEYS, scopesOutOfReach } from './api-key.ts'
import { lockLiveCaller } from '../live-caller.ts'
import { toApiKey } from '../resources.ts'
import { countApiKeysLocked, findApiKey, insertApiKey, shortenApiKey } from '../store/api-keys.ts'

const NEW_LIFE = Temporal.Duration.from({ hours: 24 * 90 })

/** Makes a successor of an API key with its name and scopes; the old one continues for the overlap. */
export const rotateApiKey =
  ({ clock, newId }: Deps): Handler<AuthService, 'rotateApiKey'> =>
  async ({ params, body, caller, headers, refuse, commit }) =>
    commit(async (tx) => {
      const now = clock.now()
      if (!(await lockLiveCaller(tx, caller.subject, headers, now))) {
        return refuse('auth.token_invalid', 'The session of the token has ended.')
      }
      const old = await findApiKey(tx, params.id, now)
      // the successor belongs to the old one's account, so only that account makes one, whatever others may see
      if (old === undefined || old.userId !== caller.subject) {
        return refuse('auth.api_key_not_found', 'The API key does not exist.')
      }
      const beyond = scopesOutOfReach(old.scopes, caller)
      if (beyond.length > 0) {
        return refuse('auth.scope_not_granted', `The key has permissions that the token lacks: ${beyond.join(', ')}.`)
      }
      if ((await countApiKeysLocked(tx, old.userId, now)) >= MAX_API_KEYS) {
        return refuse('auth.api_key_limit', `An account may have at most ${MAX_API_KEYS} API keys.`)
      }
      const { key, prefix, fingerprint } = makeApiKey()
      const row = { ...old, id: newId(), prefix, createdAt: now, expiresAt: now.add(NEW_LIFE), lastUsedAt: null }
      await insertApiKey(tx, { ...row, fingerprint })
      await announceApiKey(tx, row)
      await shortenApiKey(tx, old.id, now.add({ hours: body?.overlapHours ?? 24 }))
      return { status: 201, body: { ...toApiKey(row), key } }
    })
