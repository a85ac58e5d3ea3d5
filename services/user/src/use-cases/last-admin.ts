import type { WriteHandle } from '@stoa/contract'
import type { Role } from '@stoa/contracts/auth/roles'
import type { User } from '@stoa/contracts/user/resources'
import { advisoryXactLock } from '@stoa/postgres'
import { hasOtherAccountWithRole } from '../store/users.ts'

const admin: Role = 'admin'

/** The detail of the error that keeps the last administrator. */
export const lastAdminDetail = 'The account is the only administrator.'

/**
 * Whether an account whose row is locked is the only administrator, and would not be one with these roles. Those who take the
 * role away at once take turns, so that two administrators cannot both leave.
 */
export async function leavesNoAdmin(
  tx: WriteHandle,
  { id, roles }: Pick<User, 'id' | 'roles'>,
  rolesAfter: readonly string[],
): Promise<boolean> {
  if (!roles.includes(admin) || rolesAfter.includes(admin)) return false
  await advisoryXactLock(tx, 'user.admins')
  return !(await hasOtherAccountWithRole(tx, admin, id))
}
