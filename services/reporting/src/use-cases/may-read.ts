import type { Calls } from '@stoa/contract'
import { reportingPermissions } from '@stoa/contracts/reporting/permissions'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { isAppError } from '@stoa/kernel'

type UserCalls = Pick<Calls<ReportingService['calls']>, 'user'>

/** Whether an account may do something now; undefined if it is closed. */
export async function mayNow(
  calls: UserCalls,
  userId: UserId,
  permission: keyof typeof reportingPermissions,
): Promise<boolean | undefined> {
  try {
    const { roles } = await calls.user.getClaims({ userId })
    const allowed: readonly string[] = [...reportingPermissions[permission].roles, 'admin']
    return roles.some((role) => allowed.includes(role))
  } catch (error) {
    if (isAppError(error, 'user.not_found')) return undefined
    throw error
  }
}

/** Those of these accounts that may read reports now: only they are sent messages about them. */
export async function findReaders(calls: UserCalls, userIds: readonly UserId[]): Promise<UserId[]> {
  const may = await Promise.all(userIds.map((userId) => mayNow(calls, userId, 'report:read')))
  return userIds.filter((_, index) => may[index] === true)
}
