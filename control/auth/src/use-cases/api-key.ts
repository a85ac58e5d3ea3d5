import type { Caller } from '@stoa/contract'
import { apiKeyCreated } from '@stoa/contracts/auth/events'
import type { UserId } from '@stoa/contracts/shared/ids'
import { fingerprint, grantedPermissions, randomSecret } from '@stoa/security'
import { knownAccess } from '../known-services.ts'
import type { AuthTx } from '../auth-tx.ts'
import type { ApiKeyRow } from '../store/api-keys.ts'

/** How many live keys one account may have. */
export const MAX_API_KEYS = 20

const PREFIX = 'stoa_'
const SHOWN_LENGTH = PREFIX.length + 6

/** A new key: itself, to be shown once, and what is kept of it. */
export function makeApiKey(): { readonly key: string; readonly prefix: string; readonly fingerprint: string } {
  const key = PREFIX + randomSecret()
  return { key, prefix: key.slice(0, SHOWN_LENGTH), fingerprint: fingerprint(key) }
}

/**
 * The scopes that a key may not have from this caller: those with a permission that the caller itself cannot use now, and
 * `service:internal`, which is for those who manage everybody's keys.
 */
export function scopesOutOfReach(
  requested: readonly string[],
  { roles: callersRoles, can }: Pick<Caller, 'roles' | 'can'>,
): string[] {
  return requested.filter((scope) => {
    if (!Object.hasOwn(knownAccess.scopes, scope)) return !can(scope)
    if (scope === 'service:internal' && !can('api-key:manage:any')) return true
    return [...grantedPermissions(knownAccess, callersRoles, [scope])].some((permission) => !can(permission))
  })
}

/** Says that an account has a new key, so that its owner hears of one that another person has made. */
export async function announceApiKey(tx: AuthTx, key: Pick<ApiKeyRow, 'id' | 'userId' | 'scopes'>): Promise<void> {
  const userId = key.userId as UserId
  await tx.publish(apiKeyCreated, userId, { userId, apiKeyId: key.id, scopes: [...key.scopes] })
}
