import { closed, closedRecord, InstantSchema, noteText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { ApplicationName, EnvironmentName } from './environments.ts'
import { ChangeAction } from './resources.ts'

/** The name of a setting. */
export const SettingName = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,79}$' })
export type SettingName = Static<typeof SettingName>

const number = Type.Number({ minimum: -1e15, maximum: 1e15 })
const text = noteText(2_000, 0)

/** The name of a secret in the store of the environment; it is never resolved here. */
export const SecretReference = Type.Object(
  { secretRef: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9/_.-]{0,199}$' }) },
  closed,
)
export type SecretReference = Static<typeof SecretReference>

/** The value of a setting. */
export const SettingValue = Type.Union([
  Type.Boolean(),
  number,
  text,
  Type.Array(noteText(200), { maxItems: 50 }),
  SecretReference,
])
export type SettingValue = Static<typeof SettingValue>

/** The values of an application in one environment, by the name of the setting. */
export const Values = Type.Record(SettingName, SettingValue, closedRecord)
export type Values = Static<typeof Values>

/** The part of JSON Schema (2020-12) that can describe a setting. */
export const SettingSchema = Type.Object(
  {
    type: Type.Enum(['boolean', 'number', 'integer', 'string', 'array', 'secretRef'], {
      description: 'secretRef: the value names a secret',
    }),
    description: Type.Optional(noteText(500)),
    enum: Type.Optional(Type.Array(Type.Union([number, noteText(200)]), { minItems: 1, maxItems: 50 })),
    minimum: Type.Optional(number),
    maximum: Type.Optional(number),
    minLength: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_000 })),
    maxLength: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_000 })),
    minItems: Type.Optional(Type.Integer({ minimum: 0, maximum: 50 })),
    maxItems: Type.Optional(Type.Integer({ minimum: 0, maximum: 50 })),
  },
  closed,
)
export type SettingSchema = Static<typeof SettingSchema>

/** The settings that an application has. */
export const SettingSchemas = Type.Record(SettingName, SettingSchema, closedRecord)
export type SettingSchemas = Static<typeof SettingSchemas>

/** An application whose values config keeps, and the schema of each setting. */
export const Application = Type.Object({
  name: ApplicationName,
  version: Type.Integer({ minimum: 1 }),
  isService: Type.Boolean({ description: 'whether a service of this system declares the settings' }),
  settings: SettingSchemas,
})
export type Application = Static<typeof Application>

/** One change of the schemas of an application: who, when, why, before and after. */
export const ApplicationChange = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  action: ChangeAction,
  changedBy: Type.String({ description: 'the id of an account, or service:NAME' }),
  changedAt: InstantSchema,
  reason: Type.String(),
  before: Type.Optional(SettingSchemas),
  after: SettingSchemas,
})
export type ApplicationChange = Static<typeof ApplicationChange>

/** The values of an application in one environment. */
export const Configuration = Type.Object({
  application: ApplicationName,
  environment: EnvironmentName,
  version: Type.Integer({ minimum: 0, description: '0 before the first change' }),
  values: Values,
  changedAt: Type.Optional(InstantSchema),
})
export type Configuration = Static<typeof Configuration>

/** One change of the values: who, when, why, before and after. */
export const ConfigurationChange = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  action: ChangeAction,
  changedBy: Type.String(),
  changedAt: InstantSchema,
  reason: Type.String(),
  before: Values,
  after: Values,
})
export type ConfigurationChange = Static<typeof ConfigurationChange>

/** A setting that differs between two versions; a side is missing where the setting is not set. */
export const SettingDifference = Type.Object({
  name: SettingName,
  before: Type.Optional(SettingValue),
  after: Type.Optional(SettingValue),
})
export type SettingDifference = Static<typeof SettingDifference>
