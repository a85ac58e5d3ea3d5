import type { Handler, StreamHandler } from '@stoa/contract'
import type { ConfigService } from '@stoa/contracts/config/service'
import { configErrors } from '@stoa/contracts/config/errors'
import { catalogueError } from '@stoa/kernel'
import { readPage } from '@stoa/service'
import { Type } from 'typebox'
import { differences } from '../domain/check-values.ts'
import * as store from '../store/configurations.ts'
import { noApplication } from './change-configuration.ts'

const NamePlace = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' })
const VersionPlace = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

export const listApplications: Handler<ConfigService, 'listApplications'> = async ({ query, db }) => ({
  status: 200,
  body: await readPage(
    query,
    NamePlace,
    (afterName, limit) => store.listApplications(db, { afterName, limit }),
    ({ name }) => name,
  ),
})

export const getApplication: Handler<ConfigService, 'getApplication'> = async ({
  params: { application: name },
  db,
  refuse,
}) => {
  const application = await store.findApplication(db, name)
  if (application === undefined) return refuse(noApplication(name))
  return { status: 200, body: application, version: application.version }
}

export const listApplicationChanges: Handler<ConfigService, 'listApplicationChanges'> = async ({
  params: { application: name },
  query,
  db,
  refuse,
}) => {
  if ((await store.findApplication(db, name)) === undefined) return refuse(noApplication(name))
  return {
    status: 200,
    body: await readPage(
      query,
      VersionPlace,
      (beforeVersion, limit) => store.listApplicationChanges(db, { name, beforeVersion, limit }),
      ({ version }) => version,
    ),
  }
}

export const getConfiguration: Handler<ConfigService, 'getConfiguration'> = async ({
  params: { application, environment },
  db,
  refuse,
}) => {
  if ((await store.findApplication(db, application)) === undefined) return refuse(noApplication(application))
  const body = await store.readConfiguration(db, application, environment)
  return { status: 200, body, version: body.version }
}

export const listConfigurationChanges: Handler<ConfigService, 'listConfigurationChanges'> = async ({
  params: { application, environment },
  query,
  db,
  refuse,
}) => {
  if ((await store.findApplication(db, application)) === undefined) return refuse(noApplication(application))
  return {
    status: 200,
    body: await readPage(
      query,
      VersionPlace,
      (beforeVersion, limit) => store.listConfigurationChanges(db, { application, environment, beforeVersion, limit }),
      ({ version }) => version,
    ),
  }
}

/** From the other version to the current one. */
export const compareConfiguration: Handler<ConfigService, 'compareConfiguration'> = async ({
  params: { application, environment },
  query: { version, with: other = environment },
  db,
  refuse,
}) => {
  if ((await store.findApplication(db, application)) === undefined) return refuse(noApplication(application))
  const before =
    version === undefined
      ? (await store.readConfiguration(db, application, other)).values
      : await store.findValues(db, { application, environment: other, version })
  if (before === undefined)
    return refuse('config.version_not_found', `${application} has no version ${version} in ${other}.`)
  const { values: after } = await store.readConfiguration(db, application, environment)
  return { status: 200, body: { items: differences(before, after) } }
}

export const followConfiguration: StreamHandler<ConfigService, 'followConfiguration'> = async function* ({
  params: { application, environment },
  db,
  follow,
}) {
  if ((await store.findApplication(db, application)) === undefined) {
    const { code, detail } = noApplication(application)
    throw catalogueError(configErrors, code, detail)
  }
  let sent = -1
  const read = () => store.readConfiguration(db, application, environment)
  for await (const { version, values } of follow(`${application}/${environment}`, read)) {
    if (version === sent) continue
    sent = version
    yield { id: String(version), event: 'configuration', data: { version, values } }
  }
}
