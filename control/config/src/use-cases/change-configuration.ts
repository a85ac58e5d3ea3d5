import type { Caller, Handler, WriteHandle } from '@stoa/contract'
import type { EnvironmentName } from '@stoa/contracts/config/environments'
import type { ChangeAction } from '@stoa/contracts/config/resources'
import type { ConfigService } from '@stoa/contracts/config/service'
import type { Application, Configuration, Values } from '@stoa/contracts/config/values'
import { canonicalJson, requireVersion } from '@stoa/service'
import { Check } from 'typebox/schema'
import type { Deps } from '../deps.ts'
import { checkSize, largest } from '../domain/check-size.ts'
import { checkValues, findSecrets } from '../domain/check-values.ts'
import * as store from '../store/configurations.ts'
import { raiseRevision } from '../store/flags.ts'
import { nextEnvironment } from './change-flag.ts'

export const noApplication = (name: string) =>
  ({ code: 'config.application_not_found', detail: `The application ${name} does not exist.` }) as const

const invalid = (values: Values, { settings }: Application) => {
  const fields = [
    ...checkSize(values, largest.values, '/values'),
    ...checkValues(values, settings, (schema, value) => Check(schema, value)),
  ]
  if (fields.length === 0) return undefined
  return {
    code: 'config.values_invalid',
    detail: 'The values do not match the schemas of the settings.',
    fields,
  } as const
}

interface Change {
  readonly current: Configuration
  readonly action: ChangeAction
  readonly after: Values
  readonly reason: string
}

/** Writes the next version of the values of a locked application; the same values are not a change. */
async function write({ clock }: Deps, tx: WriteHandle, caller: Caller, change: Change): Promise<void> {
  const { current, action, after, reason } = change
  const { application, environment, version, values: before } = current
  if (canonicalJson(before) === canonicalJson(after)) return
  const origin = { action, changedBy: caller.subject, at: clock.now(), reason }
  await store.writeConfiguration(tx, { application, environment, version: version + 1, ...origin, before, after })
  await raiseRevision(tx)
}

export const replaceConfiguration =
  (deps: Deps): Handler<ConfigService, 'replaceConfiguration'> =>
  async ({ params, body: { values, reason }, caller, expectedVersion, refuse, commit }) => {
    const { application: name, environment } = params
    return commit(async (tx) => {
      const application = await store.lockApplication(tx, name)
      if (application === undefined) return refuse(noApplication(name))
      const current = await store.readConfiguration(tx, name, environment)
      requireVersion(expectedVersion, current, 'configuration')
      const secrets = findSecrets(values)
      if (secrets.length > 0)
        return refuse('config.secret_refused', 'A value looks like a secret.', { fields: secrets })
      const refusal = invalid(values, application)
      if (refusal !== undefined) return refuse(refusal)
      await write(deps, tx, caller, { current, action: 'changed', after: values, reason })
      return { status: 200, id: environment }
    })
  }

export const rollBackConfiguration =
  (deps: Deps): Handler<ConfigService, 'rollBackConfiguration'> =>
  async ({ params, body: { version, reason }, caller, expectedVersion, refuse, commit }) => {
    const { application: name, environment } = params
    return commit(async (tx) => {
      const application = await store.lockApplication(tx, name)
      if (application === undefined) return refuse(noApplication(name))
      const current = await store.readConfiguration(tx, name, environment)
      requireVersion(expectedVersion, current, 'configuration')
      const after = await store.findValues(tx, { application: name, environment, version })
      if (after === undefined)
        return refuse('config.version_not_found', `${name} has no version ${version} in ${environment}.`)
      // the schemas may have changed since
      const refusal = invalid(after, application)
      if (refusal !== undefined) return refuse(refusal)
      await write(deps, tx, caller, { current, action: 'rolled_back', after, reason })
      return { status: 200, id: environment }
    })
  }

export const promoteConfiguration =
  (deps: Deps): Handler<ConfigService, 'promoteConfiguration'> =>
  async ({ params, body: { reason }, caller, expectedVersion, refuse, commit }) => {
    const { application: name, environment } = params
    const next: EnvironmentName | undefined = nextEnvironment(environment)
    if (next === undefined) return refuse('config.nothing_to_promote', `There is no environment after ${environment}.`)
    return commit(async (tx) => {
      const application = await store.lockApplication(tx, name)
      if (application === undefined) return refuse(noApplication(name))
      const from = await store.readConfiguration(tx, name, environment)
      requireVersion(expectedVersion, from, 'configuration')
      // the values of the next environment would be removed by values that no one has set
      if (from.version === 0)
        return refuse('config.nothing_to_promote', `No values of ${name} were ever set in ${environment}.`)
      const { values: after } = from
      const refusal = invalid(after, application)
      if (refusal !== undefined) return refuse(refusal)
      const current = await store.readConfiguration(tx, name, next)
      await write(deps, tx, caller, { current, action: 'promoted', after, reason })
      return { status: 200, id: next }
    })
  }
