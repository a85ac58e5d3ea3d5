import { closed, closedRecord, InstantSchema, nameText, noteText, opaqueText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { EnvironmentName } from './environments.ts'

/** The key of a flag. */
export const FlagKey = Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$', description: 'a flag' })
export type FlagKey = Static<typeof FlagKey>

const variantRule = { pattern: '^[a-zA-Z0-9][a-zA-Z0-9_-]{0,39}$' } as const

/** The name of a variant of a flag. */
export const VariantName = Type.String(variantRule)
export type VariantName = Static<typeof VariantName>

const Plain = Type.Union([Type.Boolean(), Type.Number({ minimum: -1e15, maximum: 1e15 }), noteText(200, 0)])

/** The type of the variants of a flag. */
export const FlagKind = Type.Enum(['boolean', 'string', 'number', 'object'])
export type FlagKind = Static<typeof FlagKind>

/** The variants of a flag by name; all have the type of the flag. */
export const Variants = Type.Record(
  VariantName,
  Type.Union([
    Plain,
    Type.Record(Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$' }), Plain, {
      ...closedRecord,
      maxProperties: 20,
    }),
  ]),
  { ...closedRecord, minProperties: 1, maxProperties: 20 },
)
export type Variants = Static<typeof Variants>

const AttributeName = Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_.-]{0,59}$' })

/** The operators of a condition. */
export const Operator = Type.Enum([
  'in',
  'not_in',
  'starts_with',
  'ends_with',
  'contains',
  'greater_than',
  'at_least',
  'less_than',
  'at_most',
  'before',
  'after',
  'version_at_least',
  'version_below',
  'exists',
  'missing',
])
export type Operator = Static<typeof Operator>

/** A condition on one attribute of the context; one value that matches is enough. */
export const Condition = Type.Object(
  {
    attribute: AttributeName,
    operator: Operator,
    values: Type.Optional(
      Type.Array(Type.Union([Type.Boolean(), Type.Number({ minimum: -1e15, maximum: 1e15 }), opaqueText(100)]), {
        maxItems: 50,
      }),
    ),
  },
  closed,
)

const Share = Type.Object(
  { variant: VariantName, percent: Type.Number({ minimum: 0, maximum: 100, description: 'at most three decimals' }) },
  closed,
)

/** A variant for everyone, or shares in percent that are sticky by an attribute. */
export const Outcome = Type.Union([
  Type.Object({ variant: VariantName }, closed),
  Type.Object(
    {
      split: Type.Object(
        {
          by: Type.Optional({ ...AttributeName, description: 'the attribute that decides; targetingKey by default' }),
          salt: Type.Optional({
            ...opaqueText(40),
            description: 'flags with the same salt choose the same contexts; the key of the flag by default',
          }),
          shares: Type.Array(Share, { minItems: 1, maxItems: 20, description: 'sum up to 100' }),
        },
        closed,
      ),
    },
    closed,
  ),
])
export type Outcome = Static<typeof Outcome>

const Rule = Type.Object(
  {
    name: Type.Optional(nameText(80)),
    when: Type.Array(Condition, { minItems: 1, maxItems: 5, description: 'all must match' }),
    serve: Outcome,
  },
  closed,
)

/** The rules of a flag in one environment, as staff write them. */
export const FlagRules = Type.Object(
  {
    offVariant: { ...VariantName, description: 'returned when the flag is killed and outside its schedule' },
    schedule: Type.Optional(
      Type.Object({ from: Type.Optional(InstantSchema), until: Type.Optional(InstantSchema) }, closed),
    ),
    rules: Type.Array(Rule, { maxItems: 20, description: 'the first that matches applies' }),
    serve: { ...Outcome, description: 'what the flag returns if no rule matches' },
  },
  closed,
)
export type FlagRules = Static<typeof FlagRules>

/** Why a change is made; kept in the history. */
export const Reason = noteText(500)

/** A flag in one environment. */
export const Flag = Type.Object({
  key: FlagKey,
  environment: EnvironmentName,
  version: Type.Integer({ minimum: 1, description: 'of the rules in this environment' }),
  type: FlagKind,
  description: Type.String(),
  variants: Variants,
  isClientSide: Type.Boolean({ description: 'whether anyone may evaluate it over OFREP' }),
  declaredBy: Type.Array(Type.String(), { description: 'the services whose contract declares the flag' }),
  isKilled: Type.Boolean(),
  ...FlagRules.properties,
  changedAt: InstantSchema,
})
export type Flag = Static<typeof Flag>

/** The ways in which the rules of a flag, or the values of an application, can change. */
export const ChangeAction = Type.Enum([
  'declared',
  'created',
  'changed',
  'killed',
  'revived',
  'promoted',
  'rolled_back',
  'deleted',
])
export type ChangeAction = Static<typeof ChangeAction>

/** The rules of a flag after a change. */
export const FlagSetting = Type.Object({ isKilled: Type.Boolean(), ...FlagRules.properties })
export type FlagSetting = Static<typeof FlagSetting>

/** One change of a flag: who, when, why, before and after. */
export const FlagChange = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  action: ChangeAction,
  changedBy: Type.String({ description: 'the id of an account, or service:NAME' }),
  changedAt: InstantSchema,
  reason: Type.String(),
  before: Type.Optional(FlagSetting),
  after: Type.Optional({ ...FlagSetting, description: 'missing where the flag was deleted' }),
})
export type FlagChange = Static<typeof FlagChange>

/** A flag that may be removed from the code. */
export const StaleFlag = Type.Object({
  key: FlagKey,
  why: Type.Enum(['never_evaluated', 'not_evaluated', 'one_variant']),
  variant: Type.Optional({ ...VariantName, description: 'the only variant that it returned' }),
  lastEvaluatedAt: Type.Optional(InstantSchema),
  evaluations: Type.Integer({ description: 'in the period' }),
  changedAt: InstantSchema,
})
export type StaleFlag = Static<typeof StaleFlag>
