import type { Handler, WriteHandle } from '@stoa/contract'
import { environmentNames } from '@stoa/contracts/config/environments'
import type { ConfigService } from '@stoa/contracts/config/service'
import type { Deps } from '../deps.ts'
import { checkVariants } from '../domain/check-rules.ts'
import { checkSchemas } from '../domain/check-values.ts'
import { maxFlags } from '../served-flags.ts'
import { writeSetting } from '../store/flag-changes.ts'
import { writeApplication } from '../store/configurations.ts'
import * as store from '../store/flags.ts'
import { noFlag } from './change-flag.ts'

export const createFlag =
  ({ clock }: Deps): Handler<ConfigService, 'createFlag'> =>
  async ({ body: { reason, ...flag }, caller, refuse, commit }) => {
    const fields = checkVariants(flag.type, flag.variants, flag.defaultVariant)
    if (fields.length > 0) return refuse('config.flag_invalid', 'The variants of the flag are not valid.', { fields })
    return commit(async (tx) => {
      // takes the row of the revision, behind which flags are counted and created one after the other
      await store.raiseRevision(tx)
      if ((await store.countFlags(tx)) >= maxFlags)
        return refuse('config.flag_limit', `There can be at most ${maxFlags} flags.`)
      const definition = { ...flag, isClientSide: flag.isClientSide ?? false, declaredBy: [] }
      const origin = { action: 'created', changedBy: caller.subject, reason, at: clock.now() } as const
      return (await insertFlag(tx, definition, origin))
        ? { status: 201, id: flag.key }
        : refuse('config.flag_exists', `There is a flag ${flag.key} already.`)
    })
  }

/** Declares the flags and reloadable settings of the calling service. A flag that another service declares with the same key belongs to both. */
export const declare =
  ({ clock }: Deps): Handler<ConfigService, 'declare'> =>
  async ({ body: { flags, settings = {} }, caller, refuse, commit }) => {
    const fields = checkSchemas(settings)
    if (fields.length > 0) return refuse('request.invalid', 'No value can match the schemas.', { fields })
    const service = serviceOf(caller)
    const origin = {
      action: 'declared',
      changedBy: caller.subject,
      reason: 'A service declares the flag.',
      at: clock.now(),
    } as const
    return commit(async (tx) => {
      const definitions = flags.map((flag) => ({ ...flag, isClientSide: false, declaredBy: [service] }))
      await store.raiseRevision(tx)
      for (const flag of definitions) {
        const isNew = await insertFlag(tx, flag, origin)
        if (!isNew) await store.updateDeclared(tx, flag, service)
      }
      await store.dropDeclarations(
        tx,
        service,
        flags.map(({ key }) => key),
      )
      if (Object.keys(settings).length > 0) await writeApplication(tx, { name: service, isService: true, settings })
      return { status: 204 }
    })
  }

/** The name of the calling service. */
export function serviceOf({ subject }: { readonly subject: string }): string {
  return subject.replace(/^service:/, '')
}

interface Origin {
  readonly action: 'created' | 'declared'
  readonly changedBy: string
  readonly reason: string
  readonly at: Temporal.Instant
}

/** Inserts a flag that returns its default in every environment; returns false if it exists. */
export async function insertFlag(tx: WriteHandle, flag: store.FlagDefinition, origin: Origin): Promise<boolean> {
  if (!(await store.insertFlag(tx, flag, origin.at))) return false
  const { key, defaultVariant } = flag
  const after = { isKilled: false, offVariant: defaultVariant, rules: [], serve: { variant: defaultVariant } }
  for (const environment of environmentNames) {
    await writeSetting(tx, { key, environment, version: 1, ...origin, after })
  }
  return true
}

export const deleteFlag =
  ({ served }: Deps): Handler<ConfigService, 'deleteFlag'> =>
  async ({ params: { key }, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      await store.raiseRevision(tx)
      const flag = await store.lockFlag(tx, key, served)
      if (flag === undefined) return refuse(noFlag(key))
      if (expectedVersion !== undefined && expectedVersion !== String(flag.version))
        return refuse('request.stale', 'The flag was changed after it was read.')
      if (flag.declaredBy.length > 0)
        return refuse('config.flag_declared', `${flag.declaredBy.join(', ')} declares the flag ${key}.`)
      await store.deleteFlag(tx, key)
      return { status: 204 }
    })
