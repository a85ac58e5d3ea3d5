import type { Handler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { isTimeZone } from '@stoa/kernel'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { findPreferences, setTimeZone } from '../store/preferences.ts'
import { lockUser, updateUser } from '../store/users.ts'
import { announce } from './announce-change.ts'

export const getPreferences: Handler<UserService, 'getPreferences'> = async ({ params, db, refuse }) => {
  const found = await findPreferences(db, params.id)
  if (found === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
  return { status: 200, body: found.preferences, version: found.version }
}

export const replacePreferences =
  ({ clock }: Deps): Handler<UserService, 'replacePreferences'> =>
  async ({ params, body, expectedVersion, commit, refuse }) => {
    if (body.timeZone !== undefined && !isTimeZone(body.timeZone)) {
      const fields = [{ pointer: '/timeZone', detail: 'is not a time zone of IANA' }]
      return refuse('user.time_zone_unknown', `${body.timeZone} is not a time zone.`, { fields })
    }
    return commit(async (tx) => {
      const at = clock.now()
      const user = await lockUser(tx, params.id, at)
      if (user === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
      requireVersion(expectedVersion, user, 'account')
      await setTimeZone(tx, params.id, body.timeZone)
      const changed = await updateUser(tx, params.id, { locale: body.locale }, at)
      await announce(tx, changed)
      return { status: 200, body, version: changed.version }
    })
  }
