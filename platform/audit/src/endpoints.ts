import { closed, inspect, InstantSchema, SearchText } from '@stoa/contract'
import { Type } from 'typebox'

/** What is wrong with a chain. */
export const AuditFaultShown = Type.Object({
  kind: Type.Enum(['removed', 'changed', 'moved', 'truncated', 'rewritten', 'pruned_early']),
  sequence: Type.Integer(),
  count: Type.Optional(Type.Integer({ description: 'how many rows are missing' })),
  from: Type.Optional(Type.Integer({ description: 'the number under which the row was written' })),
})

/** The operating endpoints of the audit trail of a service. */
export const auditEndpoints = {
  verifyAudit: inspect('audit/verify', {
    summary: 'Compute every hash of the audit trail again, and compare it with the heads that were noted elsewhere',
    answer: Type.Object({
      service: Type.String(),
      rows: Type.Integer(),
      firstSequence: Type.Integer(),
      lastSequence: Type.Integer(),
      hash: Type.String(),
      witnessed: Type.Optional(Type.Integer({ description: 'compared heads; missing without a witness' })),
      faults: Type.Array(AuditFaultShown),
      isComplete: Type.Boolean(),
      durationMs: Type.Integer(),
    }),
  }),
  exportAudit: inspect('audit/links', {
    summary: 'List the rows of the audit trail as they were hashed, in ascending order',
    query: Type.Object(
      {
        after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_000, default: 1_000 })),
      },
      closed,
    ),
    answer: Type.Object({
      items: Type.Array(Type.Object({ sequence: Type.Integer(), text: Type.String(), hash: Type.String() })),
      start: Type.Object({ sequence: Type.Integer(), hash: Type.String() }),
    }),
  }),
  listHeads: inspect('audit/heads', {
    summary: 'List the heads of the audit trail of any service that were noted in the database of the event log',
    query: Type.Object(
      {
        service: SearchText,
        after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_000, default: 1_000 })),
      },
      closed,
    ),
    answer: Type.Object({
      items: Type.Array(Type.Object({ sequence: Type.Integer(), hash: Type.String(), notedAt: InstantSchema })),
    }),
  }),
}
