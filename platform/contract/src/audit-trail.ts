import { Type, type Static } from 'typebox'
import { OperatingLimit, SearchText } from './operating.ts'
import { closed, InstantSchema } from './schemas.ts'

const Outcome = Type.Enum(['succeeded', 'refused', 'failed', 'begun'])

/** An entry of an audit trail. */
export const AuditedAction = Type.Object({
  sequence: Type.Integer({ description: 'its number in the chain of its service' }),
  id: Type.String(),
  service: Type.String(),
  at: InstantSchema,
  operation: Type.String(),
  outcome: Outcome,
  code: Type.Optional(Type.String({ description: 'of a refusal' })),
  actor: Type.String({ description: 'the id of an account, service:NAME, or anonymous' }),
  actorKind: Type.Enum(['user', 'service', 'anonymous']),
  client: Type.Optional(Type.String({ description: 'the OAuth client whose token was used' })),
  session: Type.Optional(Type.String()),
  target: Type.Optional(Type.String({ description: 'the id of the resource' })),
  persons: Type.Array(Type.String(), { description: 'the accounts whose data or rights it concerns' }),
  correlationId: Type.Optional(Type.String({ description: 'the id of the trace' })),
  details: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
  repeats: Type.Optional(
    Type.Object(
      { count: Type.Integer(), firstAt: InstantSchema, lastAt: InstantSchema },
      { description: 'equal actions of one minute, which share the entry' },
    ),
  ),
  address: Type.Optional(Type.String({ description: 'where the request came from, while it is kept' })),
  hash: Type.String(),
})

/** By what the entries of an audit trail are found. */
export const AuditFilter = {
  actor: Type.Optional(SearchText),
  person: Type.Optional(SearchText),
  operation: Type.Optional(SearchText),
  target: Type.Optional(SearchText),
  outcome: Type.Optional(Outcome),
  since: Type.Optional(InstantSchema),
  until: Type.Optional(InstantSchema),
}

/** The query of the entries of one service; `before` continues a list. */
export const AuditQuery = Type.Object(
  {
    ...AuditFilter,
    before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    limit: OperatingLimit,
  },
  closed,
)

export type AuditedAction = Static<typeof AuditedAction>
