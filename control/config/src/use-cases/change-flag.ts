import type { Caller, Handler, WriteHandle } from '@stoa/contract'
import { environmentNames, type EnvironmentName } from '@stoa/contracts/config/environments'
import type { ChangeAction, Flag, FlagRules, FlagSetting } from '@stoa/contracts/config/resources'
import type { ConfigService } from '@stoa/contracts/config/service'
import { canonicalJson, requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { checkRules, checkSchedule } from '../domain/check-rules.ts'
import { checkSize, largest } from '../domain/check-size.ts'
import { findSetting, writeSetting } from '../store/flag-changes.ts'
import { lockFlag, raiseRevision } from '../store/flags.ts'

export const noFlag = (key: string) =>
  ({ code: 'config.flag_not_found', detail: `The flag ${key} does not exist.` }) as const

/** The setting of a flag, without its definition. */
export function settingOf({ isKilled, offVariant, schedule, rules, serve }: Flag): FlagSetting {
  return { isKilled, offVariant, rules, serve, ...(schedule === undefined ? {} : { schedule }) }
}

interface Change {
  readonly flag: Flag
  readonly action: ChangeAction
  readonly after: FlagSetting
  readonly reason: string
}

/** Writes the next version of a locked flag with its record; the same setting is not a change. */
async function write({ clock }: Deps, tx: WriteHandle, caller: Caller, change: Change): Promise<void> {
  const { flag, after } = change
  const before = settingOf(flag)
  if (canonicalJson(before) === canonicalJson(after)) return
  const { key, environment, version } = flag
  const { action, reason } = change
  const at = clock.now()
  const changedBy = caller.subject
  await writeSetting(tx, { key, environment, version: version + 1, action, changedBy, at, reason, before, after })
  await raiseRevision(tx)
}

const invalid = (after: FlagRules, { variants }: Flag) => {
  const fields = [...checkSize(after, largest.rules, ''), ...checkRules(after, variants)]
  if (fields.length === 0) return undefined
  return { code: 'config.flag_invalid', detail: 'The rules of the flag are not valid.', fields } as const
}

export const replaceFlagRules =
  (deps: Deps): Handler<ConfigService, 'replaceFlagRules'> =>
  async ({ params: { key, environment }, body: { reason, ...rules }, caller, expectedVersion, refuse, commit }) => {
    const fields = checkSchedule(rules.schedule)
    if (fields.length > 0) return refuse('config.flag_invalid', 'The schedule ends before it begins.', { fields })
    return commit(async (tx) => {
      const flag = await lockFlag(tx, key, environment)
      if (flag === undefined) return refuse(noFlag(key))
      requireVersion(expectedVersion, flag, 'flag')
      const refusal = invalid(rules, flag)
      if (refusal !== undefined) return refuse(refusal)
      const after = settingOf({ ...flag, schedule: undefined as never, ...rules })
      await write(deps, tx, caller, { flag, action: 'changed', after, reason })
      return { status: 200, id: environment }
    })
  }

export const killFlag =
  (deps: Deps): Handler<ConfigService, 'killFlag'> =>
  async ({ params: { key, environment }, body: { reason }, caller, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      const flag = await lockFlag(tx, key, environment)
      if (flag === undefined) return refuse(noFlag(key))
      requireVersion(expectedVersion, flag, 'flag')
      await write(deps, tx, caller, { flag, action: 'killed', after: { ...settingOf(flag), isKilled: true }, reason })
      return { status: 200, id: environment }
    })

export const reviveFlag =
  (deps: Deps): Handler<ConfigService, 'reviveFlag'> =>
  async ({ params: { key, environment }, body: { reason }, caller, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      const flag = await lockFlag(tx, key, environment)
      if (flag === undefined) return refuse(noFlag(key))
      requireVersion(expectedVersion, flag, 'flag')
      await write(deps, tx, caller, { flag, action: 'revived', after: { ...settingOf(flag), isKilled: false }, reason })
      return { status: 200, id: environment }
    })

/** The environment after this one. */
export function nextEnvironment(environment: EnvironmentName): EnvironmentName | undefined {
  return environmentNames[environmentNames.indexOf(environment) + 1]
}

export const promoteFlag =
  (deps: Deps): Handler<ConfigService, 'promoteFlag'> =>
  async ({ params: { key, environment }, body: { reason }, caller, expectedVersion, refuse, commit }) => {
    const next = nextEnvironment(environment)
    if (next === undefined) return refuse('config.nothing_to_promote', `There is no environment after ${environment}.`)
    return commit(async (tx) => {
      // in the order of the environments, so that two promotions do not wait for each other in a circle
      const from = await lockFlag(tx, key, environment)
      const flag = await lockFlag(tx, key, next)
      if (from === undefined || flag === undefined) return refuse(noFlag(key))
      requireVersion(expectedVersion, from, 'flag')
      const after = { ...settingOf(from), isKilled: flag.isKilled }
      await write(deps, tx, caller, { flag, action: 'promoted', after, reason })
      return { status: 200, id: next }
    })
  }

export const rollBackFlag =
  (deps: Deps): Handler<ConfigService, 'rollBackFlag'> =>
  async ({ params: { key, environment }, body: { version, reason }, caller, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      const flag = await lockFlag(tx, key, environment)
      if (flag === undefined) return refuse(noFlag(key))
      requireVersion(expectedVersion, flag, 'flag')
      const earlier = await findSetting(tx, { key, environment, version })
      if (earlier === undefined)
        return refuse('config.version_not_found', `${key} has no version ${version} in ${environment}.`)
      // the variants may have changed since
      const refusal = invalid(earlier, flag)
      if (refusal !== undefined) return refuse(refusal)
      // a rollback in an emergency must not undo the kill switch, which has operations of its own
      const after = { ...earlier, isKilled: flag.isKilled }
      await write(deps, tx, caller, { flag, action: 'rolled_back', after, reason })
      return { status: 200, id: environment }
    })
