import { roles, scopes } from '@stoa/contracts/auth/roles'
import { fingerprint, grantedPermissions, randomSecret } from '@stoa/security'

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
 * The scopes that a key of this account may not have: a permission that the account's roles do not grant, and
 * `service:internal`, which is for those who manage everybody's keys.
 */
export function scopesOutOfReach(
  requested: readonly string[],
  accountRoles: readonly string[],
  can: (permission: string) => boolean,
): string[] {
  const granted = grantedPermissions({ roles, scopes }, accountRoles, ['stoa'])
  return requested.filter((scope) => {
    if (scope === 'service:internal') return !can('api-key:manage:any')
    return !Object.hasOwn(scopes, scope) && !granted.has(scope)
  })
}
