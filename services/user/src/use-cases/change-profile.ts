import type { Handler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { runningSystem } from '@stoa/system/running-system'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { lockUser, updateUser, type UserChange } from '../store/users.ts'
import { announce } from './announce-change.ts'
import { lastAdminDetail, leavesNoAdmin } from './last-admin.ts'

type Context = Pick<
  Parameters<Handler<UserService, 'patchProfile'>>[0],
  'params' | 'body' | 'expectedVersion' | 'commit' | 'refuse'
>

async function changeProfile({ clock }: Deps, { params, body, expectedVersion, commit, refuse }: Context) {
  return commit(async (tx) => {
    const at = clock.now()
    const user = await lockUser(tx, params.id, at)
    if (user === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
    requireVersion(expectedVersion, user, 'account')
    const changed = await updateUser(tx, params.id, body, at)
    await announce(tx, changed)
    return { status: 200, body: changed, version: changed.version }
  })
}

export const replaceProfile =
  (deps: Deps): Handler<UserService, 'replaceProfile'> =>
  async (context) =>
    changeProfile(deps, context)

export const patchProfile =
  (deps: Deps): Handler<UserService, 'patchProfile'> =>
  async (context) =>
    changeProfile(deps, context)

/** The roles that people can be given; a guest stays one until it registers. */
const givenRoles = new Set<string>(runningSystem.roles.filter((role) => role !== 'service' && role !== 'guest'))

/** Sets tier or roles; when roles are taken away the sessions that carry them end. */
export const setTier =
  ({ clock }: Deps): Handler<UserService, 'setTier'> =>
  async ({ params, body, expectedVersion, commit, refuse }) => {
    const unknown = body.roles?.findIndex((role) => !givenRoles.has(role)) ?? -1
    if (unknown >= 0) {
      const fields = [{ pointer: `/roles/${unknown}`, detail: 'is not a role that users can have' }]
      return refuse('user.role_unknown', `${body.roles?.[unknown]} is not a role that users can have.`, { fields })
    }
    return commit(async (tx) => {
      const at = clock.now()
      const user = await lockUser(tx, params.id, at)
      if (user === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
      requireVersion(expectedVersion, user, 'account')
      const roles = body.roles === undefined ? undefined : [...new Set(body.roles)]
      if (roles !== undefined && (await leavesNoAdmin(tx, user, roles)))
        return refuse('user.last_admin', lastAdminDetail)
      const endsSessions = roles !== undefined && user.roles.some((role) => !roles.includes(role))
      const change: UserChange = { tier: body.tier, roles, endsSessions }
      const changed = await updateUser(tx, params.id, change, at)
      await announce(tx, changed)
      const details = { ...(roles === undefined ? {} : { roles: roles.join(' ') }), tier: changed.tier }
      tx.audit({ persons: [user.id], details })
      if (endsSessions) await tx.enqueue('end-sessions', { userId: user.id }, { key: user.id })
      return { status: 200, body: changed, version: changed.version }
    })
  }
