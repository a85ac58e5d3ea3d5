import type { Handler, WriteHandle } from '@stoa/contract'
import type { ChangeAction } from '@stoa/contracts/config/resources'
import type { ConfigService } from '@stoa/contracts/config/service'
import type { Application, SettingSchemas } from '@stoa/contracts/config/values'
import { canonicalJson, requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { checkSize, largest } from '../domain/check-size.ts'
import { checkSchemas, findSecretForms } from '../domain/check-values.ts'
import * as store from '../store/configurations.ts'
import { raiseRevision } from '../store/flags.ts'

/** The highest number of applications. */
const maxApplications = 500

interface Schemas {
  /** The application as it is, locked; undefined for a new one. */
  readonly known: Application | undefined
  readonly name: string
  readonly isService: boolean
  readonly settings: SettingSchemas
}

interface Origin {
  readonly action: ChangeAction
  readonly changedBy: string
  readonly reason: string
  readonly at: Temporal.Instant
}

/** Writes the schemas of an application with the record of their change; returns false for the same schemas, which are not a change. */
export async function recordApplication(
  tx: WriteHandle,
  { known, name, isService, settings }: Schemas,
  origin: Origin,
): Promise<boolean> {
  if (known?.isService === isService && canonicalJson(known.settings) === canonicalJson(settings)) return false
  const version = (known?.version ?? 0) + 1
  const before = known === undefined ? {} : { before: known.settings }
  await store.writeApplication(tx, { name, version, isService, settings })
  await store.insertApplicationChange(tx, { name, version, ...origin, ...before, after: settings })
  return true
}

export const replaceApplication =
  ({ clock }: Deps): Handler<ConfigService, 'replaceApplication'> =>
  async ({
    params: { application: name },
    body: { settings, reason = '' },
    caller,
    expectedVersion,
    refuse,
    commit,
  }) => {
    const fields = [...checkSchemas(settings), ...checkSize(settings, largest.schemas, '/settings')]
    if (fields.length > 0)
      return refuse('request.invalid', 'The schemas are too large, or no value can match them.', { fields })
    const secrets = findSecretForms(settings, '/settings')
    if (secrets.length > 0) return refuse('config.secret_refused', 'A schema contains a secret.', { fields: secrets })
    return commit(async (tx) => {
      const locked = await store.lockApplication(tx, name)
      // applications are counted and created one after the other behind the row of the revision
      await raiseRevision(tx)
      const known = locked ?? (await store.lockApplication(tx, name))
      if (known !== undefined) requireVersion(expectedVersion, known, 'application')
      else if ((await store.countApplications(tx)) >= maxApplications)
        return refuse('config.application_limit', `There can be at most ${maxApplications} applications.`)
      if (known?.isService === true)
        return refuse('config.application_declared', `The service ${name} declares its settings.`)
      const action = known === undefined ? 'created' : 'changed'
      const origin = { action, changedBy: caller.subject, reason, at: clock.now() } as const
      await recordApplication(tx, { known, name, isService: false, settings }, origin)
      return { status: 200, id: name }
    })
  }
