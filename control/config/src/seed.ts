import { environmentNames } from '@stoa/contracts/config/environments'
import type { FlagRules, Variants, FlagKind } from '@stoa/contracts/config/resources'
import type { ConfigService } from '@stoa/contracts/config/service'
import type { SettingSchemas, Values } from '@stoa/contracts/config/values'
import { defineSeed } from '@stoa/service'
import { configService } from './service.ts'
import { writeConfiguration } from './store/configurations.ts'
import { writeSetting } from './store/flag-changes.ts'
import { raiseRevision } from './store/flags.ts'
import { recordApplication } from './use-cases/change-application.ts'
import { insertFlag } from './use-cases/create-flag.ts'

/** The flags and configurations. */
export interface SeededConfig {
  readonly flags: readonly SeededFlag[]
  readonly applications: readonly SeededApplication[]
}

interface SeededFlag {
  readonly key: string
  readonly type: FlagKind
  readonly description: string
  readonly variants: Variants
  readonly defaultVariant: string
  readonly rules: DeepReadonly<FlagRules>
}

interface SeededApplication {
  readonly name: string
  readonly settings: DeepReadonly<SettingSchemas>
  readonly values: DeepReadonly<Values>
}

type DeepReadonly<Value> = Value extends object ? { readonly [Name in keyof Value]: DeepReadonly<Value[Name]> } : Value

/** The demonstration data. */
export const seed = defineSeed<ConfigService, SeededConfig>(configService, async (tx, { clock }, data) => {
  const origin = { changedBy: 'service:config', reason: 'Demonstration data.', at: clock.now() }
  for (const { rules, ...flag } of data.flags) {
    await insertFlag(tx, { ...flag, isClientSide: true, declaredBy: [] }, { ...origin, action: 'created' })
    for (const environment of environmentNames) {
      const after = { isKilled: false, ...(rules as FlagRules) }
      await writeSetting(tx, { key: flag.key, environment, version: 2, ...origin, action: 'changed', after })
    }
  }
  for (const { name, settings, values } of data.applications) {
    const application = { known: undefined, name, isService: false, settings: settings as SettingSchemas }
    await recordApplication(tx, application, { ...origin, action: 'created' })
    for (const environment of environmentNames) {
      const after = values as Values
      const version = { application: name, environment, version: 1, before: {}, after }
      await writeConfiguration(tx, { ...version, ...origin, action: 'created' })
    }
  }
  await raiseRevision(tx)
})
