import type { Handler, WriteHandle } from '@stoa/contract'
import { environmentNames } from '@stoa/contracts/config/environments'
import type { ConfigService } from '@stoa/contracts/config/service'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { checkVariants } from '../domain/check-rules.ts'
import { checkSize, largest } from '../domain/check-size.ts'
import { offVariantOf } from '../domain/off-variant.ts'
import { checkSchemas, findSecretForms } from '../domain/check-values.ts'
import { maxFlags } from '../served-flags.ts'
import { lastVersions, writeDeletion, writeSetting } from '../store/flag-changes.ts'
import { lockApplication } from '../store/configurations.ts'
import * as store from '../store/flags.ts'
import { noFlag, settingOf } from './change-flag.ts'
import { recordApplication } from './change-application.ts'

export const createFlag =
  ({ clock }: Deps): Handler<ConfigService, 'createFlag'> =>
  async ({ body: { reason, ...flag }, caller, refuse, commit }) => {
    const fields = [
      ...checkVariants(flag.type, flag.variants, flag.defaultVariant),
      ...checkSize(flag.variants, largest.variants, '/variants'),
    ]
    if (fields.length > 0) return refuse('config.flag_invalid', 'The variants of the flag are not valid.', { fields })
    const secrets = findSecretForms(flag.variants, '/variants')
    if (secrets.length > 0)
      return refuse('config.secret_refused', 'A variant looks like a secret.', { fields: secrets })
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
      const hasSettings = Object.keys(settings).length > 0
      const locked = hasSettings ? await lockApplication(tx, service) : undefined
      // the declarations of all services come one after the other
      await store.lockRevision(tx)
      // another replica may have declared them first
      const known = locked ?? (hasSettings ? await lockApplication(tx, service) : undefined)
      let isChanged = false
      for (const flag of definitions) {
        const isNew = await insertFlag(tx, flag, origin)
        if (isNew || (await store.updateDeclared(tx, flag, service))) isChanged = true
      }
      const isDropped = await store.dropDeclarations(
        tx,
        service,
        flags.map(({ key }) => key),
      )
      const isRecorded =
        hasSettings &&
        (await recordApplication(
          tx,
          { known, name: service, isService: true, settings },
          { ...origin, reason: 'A service declares its settings.' },
        ))
      // a service declares the same again from time to time, which no one has to read
      if (isChanged || isDropped || isRecorded) await store.raiseRevision(tx)
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

/** Inserts a flag that returns its default in every environment; returns false if it exists. Versions continue after those of a deleted one. */
export async function insertFlag(tx: WriteHandle, flag: store.FlagDefinition, origin: Origin): Promise<boolean> {
  if (!(await store.insertFlag(tx, flag, origin.at))) return false
  const { key, defaultVariant } = flag
  const after = { isKilled: false, offVariant: offVariantOf(flag), rules: [], serve: { variant: defaultVariant } }
  const lastVersion = await lastVersions(tx, key)
  for (const environment of environmentNames) {
    await writeSetting(tx, { key, environment, version: lastVersion(environment) + 1, ...origin, after })
  }
  return true
}

export const deleteFlag =
  ({ served, clock }: Deps): Handler<ConfigService, 'deleteFlag'> =>
  async ({ params: { key }, query: { reason = '' }, caller, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      const flags = await store.lockFlagEverywhere(tx, key)
      const flag = flags.find(({ environment }) => environment === served)
      if (flag === undefined) return refuse(noFlag(key))
      requireVersion(expectedVersion, flag, 'flag')
      // behind it come the declarations of services
      await store.raiseRevision(tx)
      const declaredBy = await store.findDeclaring(tx, key)
      if (declaredBy.length > 0)
        return refuse('config.flag_declared', `${declaredBy.join(', ')} declares the flag ${key}.`)
      const origin = { key, changedBy: caller.subject, reason, at: clock.now() }
      for (const each of flags) {
        const { environment, version } = each
        await writeDeletion(tx, { ...origin, environment, version: version + 1, before: settingOf(each) })
      }
      await store.deleteFlag(tx, key)
      return { status: 204 }
    })
