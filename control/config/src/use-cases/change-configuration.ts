import type { Caller, Handler, WriteHandle } from '@stoa/contract'
import type { EnvironmentName } from '@stoa/contracts/config/environments'
import type { ChangeAction } from '@stoa/contracts/config/resources'
import type { ConfigService } from '@stoa/contracts/config/service'
import type { Application, Configuration, Values } from '@stoa/contracts/config/values'
import { canonicalJson, requireVersion } from '@stoa/service'
import { Check } from 'typebox/schema'
import type { Deps } from '../deps.ts'
import { checkSchemas, checkValues, findSecrets } from '../domain/check-values.ts'
import * as store from '../store/configurations.ts'
import { raiseRevision } from '../store/flags.ts'
import { nextEnvironment } from './change-flag.ts'

/** The highest number of applications. */
const maxApplications = 500

export const noApplication = (name: string) =>
  ({ code: 'config.application_not_found', detail: `The application ${name} does not exist.` }) as const

const invalid = (values: Values, { settings }: Application) => {
  const fields = checkValues(values, settings, (schema, value) => Check(schema, value))
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
  async ({ params, body: { version, reason }, caller, refuse, commit }) => {
    const { application: name, environment } = params
    return commit(async (tx) => {
      const application = await store.lockApplication(tx, name)
      if (application === undefined) return refuse(noApplication(name))
      const after = await store.findValues(tx, { application: name, environment, version })
      if (after === undefined)
        return refuse('config.version_not_found', `${name} has no version ${version} in ${environment}.`)
      // the schemas may have changed since
      const refusal = invalid(after, application)
      if (refusal !== undefined) return refuse(refusal)
      const current = await store.readConfiguration(tx, name, environment)
      await write(deps, tx, caller, { current, action: 'rolled_back', after, reason })
      return { status: 200, id: environment }
    })
  }

export const promoteConfiguration =
  (deps: Deps): Handler<ConfigService, 'promoteConfiguration'> =>
  async ({ params, body: { reason }, caller, refuse, commit }) => {
    const { application: name, environment } = params
    const next: EnvironmentName | undefined = nextEnvironment(environment)
    if (next === undefined) return refuse('config.nothing_to_promote', `There is no environment after ${environment}.`)
    return commit(async (tx) => {
      const application = await store.lockApplication(tx, name)
      if (application === undefined) return refuse(noApplication(name))
      const { values: after } = await store.readConfiguration(tx, name, environment)
      const refusal = invalid(after, application)
      if (refusal !== undefined) return refuse(refusal)
      const current = await store.readConfiguration(tx, name, next)
      await write(deps, tx, caller, { current, action: 'promoted', after, reason })
      return { status: 200, id: next }
    })
  }

export const replaceApplication: Handler<ConfigService, 'replaceApplication'> = async ({
  params: { application: name },
  body: { settings },
  expectedVersion,
  refuse,
  commit,
}) => {
  const fields = checkSchemas(settings)
  if (fields.length > 0) return refuse('request.invalid', 'No value can match the schemas.', { fields })
  return commit(async (tx) => {
    // takes the row of the revision, behind which applications are counted and created one after the other
    await raiseRevision(tx)
    const known = await store.lockApplication(tx, name)
    if (known !== undefined) requireVersion(expectedVersion, known, 'application')
    else if ((await store.countApplications(tx)) >= maxApplications)
      return refuse('config.application_limit', `There can be at most ${maxApplications} applications.`)
    if (known?.isService === true)
      return refuse('config.application_declared', `The service ${name} declares its settings.`)
    await store.writeApplication(tx, { name, isService: false, settings })
    return { status: 200, id: name }
  })
}
