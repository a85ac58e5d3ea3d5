import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'

/** Says of each permission whether the caller has it, and over the given owner's resource when there is one. */
export const checkPermissions =
  (): Handler<AuthService, 'checkPermissions'> =>
  async ({ body, caller }) => {
    const items = body.checks.map((check) => {
      const { permission, ownerId } = check
      const isWithinReach = ownerId === undefined || ownerId === caller.subject || caller.can(`${permission}:any`)
      return { ...check, isAllowed: caller.can(permission) && isWithinReach }
    })
    return { status: 200, body: { items } }
  }
