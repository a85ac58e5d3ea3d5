import type { Handler } from '@stoa/contract'
import { environmentNames } from '@stoa/contracts/config/environments'
import type { ConfigService } from '@stoa/contracts/config/service'
import { readPage } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { listStale } from '../store/evaluations.ts'
import { listChanges } from '../store/flag-changes.ts'
import * as store from '../store/flags.ts'
import { noFlag } from './change-flag.ts'

const KeyPlace = Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' })
const VersionPlace = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

export const listEnvironments =
  ({ served }: Deps): Handler<ConfigService, 'listEnvironments'> =>
  async () => ({ status: 200, body: { items: environmentNames.map((name) => ({ name, isServed: name === served })) } })

export const listFlags =
  ({ served }: Deps): Handler<ConfigService, 'listFlags'> =>
  async ({ query, db }) => ({
    status: 200,
    body: await readPage(
      query,
      KeyPlace,
      (afterKey, limit) => store.listFlags(db, { environment: query.environment ?? served, afterKey, limit }),
      ({ key }) => key,
    ),
  })

export const getFlag: Handler<ConfigService, 'getFlag'> = async ({ params: { key, environment }, db, refuse }) => {
  const flag = await store.findFlag(db, key, environment)
  return flag === undefined ? refuse(noFlag(key)) : { status: 200, body: flag, version: flag.version }
}

export const getServedFlag =
  ({ served }: Deps): Handler<ConfigService, 'getServedFlag'> =>
  async ({ params: { key }, db, refuse }) => {
    const flag = await store.findFlag(db, key, served)
    return flag === undefined ? refuse(noFlag(key)) : { status: 200, body: flag, version: flag.version }
  }

export const listFlagChanges: Handler<ConfigService, 'listFlagChanges'> = async ({
  params: { key, environment },
  query,
  db,
  refuse,
}) => {
  const body = await readPage(
    query,
    VersionPlace,
    (beforeVersion, limit) => listChanges(db, { key, environment, beforeVersion, limit }),
    ({ version }) => version,
  )
  // a flag that was deleted has a history
  const isKnown = body.items.length > 0 || (await store.findFlag(db, key, environment)) !== undefined
  return isKnown ? { status: 200, body } : refuse(noFlag(key))
}

export const listStaleFlags =
  ({ clock, served, evaluationLog }: Deps): Handler<ConfigService, 'listStaleFlags'> =>
  async ({ query, db }) => {
    await evaluationLog.flush()
    const since = clock.now().subtract({ hours: 24 * (query.days ?? 30) })
    return {
      status: 200,
      body: await readPage(
        query,
        KeyPlace,
        (afterKey, limit) => listStale(db, { environment: served, since, afterKey, limit }),
        ({ key }) => key,
      ),
    }
  }
