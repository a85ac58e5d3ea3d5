import { closed, InstantSchema, mount, noteText, post, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { ofrepEndpoints } from './ofrep.ts'
import { FlagKey, FlagKind, VariantName, Variants } from './resources.ts'
import { SettingSchemas } from './values.ts'

const internal = { permission: 'service', owner: 'none', idempotencyKey: 'none' } as const

const DeclaredFlag = Type.Object(
  {
    key: FlagKey,
    type: FlagKind,
    description: noteText(500),
    variants: Variants,
    defaultVariant: VariantName,
  },
  closed,
)

/** POST /internal/declarations */
export const declare = post('/internal/declarations', {
  ...internal,
  summary:
    'Declare the flags and the reloadable settings of a service; an unknown flag gets its default in every environment',
  body: Type.Object(
    { flags: Type.Array(DeclaredFlag, { maxItems: 100 }), settings: Type.Optional(SettingSchemas) },
    closed,
  ),
  answers: { 204: null },
})

/** GET /internal/snapshots */
export const followApplication = stream('/internal/snapshots', {
  summary:
    'Stream the rules of the flags that the calling service declares, and its values: at once, then after each change',
  permission: 'service',
  owner: 'none',
})

/** POST /internal/evaluations */
export const recordEvaluations = post('/internal/evaluations', {
  ...internal,
  summary: 'Record how often a service evaluated its flags since its last report',
  body: Type.Object(
    {
      items: Type.Array(
        Type.Object(
          {
            key: FlagKey,
            variant: VariantName,
            count: Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 }),
            lastAt: InstantSchema,
          },
          closed,
        ),
        { minItems: 1, maxItems: 2_000 },
      ),
    },
    closed,
  ),
  answers: { 204: null },
})

/** /ofrep/v1: the OpenFeature Remote Evaluation Protocol. */
export const ofrep = mount('/ofrep/v1/*', {
  summary: 'Evaluate flags over OFREP; anyone may evaluate client-side flags, readers of flags all of them',
  permission: 'public',
  takesTokens: true,
  endpoints: ofrepEndpoints,
})
