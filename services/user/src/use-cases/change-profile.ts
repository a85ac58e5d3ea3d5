import type { Handler } from '@stoa/contract'
import { roles as knownRoles } from '@stoa/contracts/auth/roles'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { lockUser, updateUser, type UserChange } from '../store/users.ts'
import { announce } from './announce-change.ts'

type Context = Pick<
  Parameters<Handler<UserService, 'patchProfile'>>[0],
  'params' | 'body' | 'expectedVersion' | 'commit' | 'refuse'
>

async function changeProfile({ clock }: Deps, { params, body, expectedVersion, commit, refuse }: Context) {
  return commit(async (tx) => {
    const at = clock.now()
    const user = await lockUser(tx, params.id, at)
    if (user === undefined) return refuse('user.not_found', `There is no account ${params.id}.`)
    if (expectedVersion !== undefined && expectedVersion !== String(user.version)) {
      return refuse('request.stale', 'The account has changed since it was read.')
    }
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
const givenRoles = new Set(Object.keys(knownRoles).filter((role) => role !== 'service' && role !== 'guest'))

/** Sets tier or roles; when roles are taken away the sessions that carry them end. */
export const setTier =
  ({ clock }: Deps): Handler<UserService, 'setTier'> =>
  async ({ params, body, expectedVersion, commit, refuse }) => {
    const unknown = body.roles?.findIndex((role) => !givenRoles.has(role)) ?? -1
    if (unknown >= 0) {
      const fields = [{ pointer: `/roles/${unknown}`, detail: 'is no role that people have' }]
      return refuse('user.role_unknown', `${body.roles?.[unknown]} is no role that people have.`, { fields })
    }
    return commit(async (tx) => {
      const at = clock.now()
      const user = await lockUser(tx, params.id, at)
      if (user === undefined) return refuse('user.not_found', `There is no account ${params.id}.`)
      if (expectedVersion !== undefined && expectedVersion !== String(user.version)) {
        return refuse('request.stale', 'The account has changed since it was read.')
      }
      const roles = body.roles === undefined ? undefined : [...new Set(body.roles)]
      const endsSessions = roles !== undefined && user.roles.some((role) => !roles.includes(role))
      const change: UserChange = { tier: body.tier, roles, endsSessions }
      const changed = await updateUser(tx, params.id, change, at)
      await announce(tx, changed)
      if (endsSessions) await tx.enqueue('end-sessions', { userId: user.id })
      return { status: 200, body: changed, version: changed.version }
    })
  }
