import type { MountedEndpoint } from '@stoa/contract'
import { Type } from 'typebox'
import { FlagKey } from './resources.ts'

/** The prefix of the OpenFeature Remote Evaluation Protocol 0.2. */
export const ofrepPath = '/ofrep/v1/evaluate/flags'

const Context = Type.Object(
  {
    context: Type.Optional(
      Type.Object(
        { targetingKey: Type.Optional(Type.String({ maxLength: 1_000, description: 'keeps percentages sticky' })) },
        {
          additionalProperties: true,
          maxProperties: 100,
          description: 'attributes of rules; lists of at most 100 items, texts of at most 1,000 characters',
        },
      ),
    ),
  },
  { additionalProperties: true },
)

const Evaluated = Type.Object({
  key: Type.String(),
  value: Type.Unknown({ description: 'of the type of the flag' }),
  variant: Type.String(),
  reason: Type.Enum(['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED']),
  metadata: Type.Object({ version: Type.Integer({ minimum: 1 }) }),
})

const Failed = Type.Object({
  key: Type.Optional(Type.String()),
  errorCode: Type.Enum(['PARSE_ERROR', 'INVALID_CONTEXT', 'TARGETING_KEY_MISSING', 'FLAG_NOT_FOUND', 'GENERAL']),
  errorDetails: Type.String(),
})

const failures = { 400: Failed, 413: Failed } as const

/** The endpoints of OFREP. */
export const ofrepEndpoints: readonly MountedEndpoint[] = [
  {
    name: 'evaluateFlags',
    method: 'POST',
    path: ofrepPath,
    summary:
      'Evaluate all flags that the caller may read (OFREP); `If-None-Match` returns 304 while all return the same',
    params: {},
    body: Context,
    answers: { 200: Type.Object({ flags: Type.Array(Type.Union([Evaluated, Failed])) }), 304: null, ...failures },
  },
  {
    name: 'evaluateFlag',
    method: 'POST',
    path: `${ofrepPath}/{key}`,
    summary: 'Evaluate a flag (OFREP)',
    params: { key: FlagKey },
    body: Context,
    answers: { 200: Evaluated, 404: Failed, ...failures },
  },
]
