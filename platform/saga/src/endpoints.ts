import { act, closed, cursorRule, inspect, InstantSchema, OperatingLimit, SearchText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import type { Json } from '@stoa/contract'

/** The state of a saga; `completed` and `compensated` are final, and `stuck` waits for an operator. */
export const SagaState = Type.Enum(['running', 'waiting', 'compensating', 'stuck', 'completed', 'compensated'])
export type SagaState = Static<typeof SagaState>

const summary = {
  id: Type.String(),
  type: Type.String(),
  key: Type.String(),
  version: Type.Integer(),
  state: SagaState,
  reason: Type.Optional(Type.String({ description: 'why it is, or was, compensated: a stable code' })),
  traceId: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
  endedAt: Type.Optional(InstantSchema),
}

/** A saga as operators see it. */
export const SagaSummary = Type.Object(summary)
export type SagaSummary = Readonly<Static<typeof SagaSummary>>

const Cursor = Type.String(cursorRule)

/** A page of sagas, newest first. */
export const SagaPage = Type.Object({ items: Type.Array(SagaSummary), nextCursor: Type.Optional(Cursor) })
export type SagaPage = Readonly<Static<typeof SagaPage>>

/** One entry of the journal of a saga. */
export const SagaStep = Type.Object({
  step: Type.String({ description: 'empty for entries of the whole saga' }),
  kind: Type.String(),
  outcome: Type.String(),
  attempts: Type.Integer(),
  result: Type.Optional(Type.Unsafe<Json>(Type.Unknown())),
  error: Type.Optional(Type.String({ description: 'a stable code' })),
  detail: Type.Optional(Type.String()),
  startedAt: InstantSchema,
  endedAt: InstantSchema,
})

/** A saga with its input and its journal. */
export const SagaDetails = Type.Object({
  ...summary,
  input: Type.Unknown(),
  steps: Type.Array(SagaStep),
  isReduced: Type.Optional(
    Type.Literal(true, { description: 'it ended before the retention, so its input and its steps have been removed' }),
  ),
  trying: Type.Optional(
    Type.Object(
      { attempts: Type.Integer(), since: InstantSchema, lastError: Type.Optional(Type.String()) },
      { description: 'the current attempt, if the queried replica drives the saga' },
    ),
  ),
})
export type SagaDetails = Readonly<Static<typeof SagaDetails>>

/** The operating endpoints of the sagas of a service; each action returns the saga after it. */
export const sagaEndpoints = {
  listSagas: inspect('sagas', {
    summary: 'List the sagas of the service, newest first',
    query: Type.Object(
      {
        state: Type.Optional(SagaState),
        type: Type.Optional(SearchText),
        cursor: Type.Optional(SearchText),
        limit: OperatingLimit,
      },
      closed,
    ),
    answer: SagaPage,
  }),
  showSaga: inspect('sagas/{id}', { summary: 'Show a saga with its journal', answer: SagaDetails }),
  retrySaga: act('sagas/{id}/retry', { summary: 'Retry the failed step of a stuck saga', answer: SagaDetails }),
  compensateSaga: act('sagas/{id}/compensate', {
    summary: 'Compensate a saga that is not past its pivot',
    answer: SagaDetails,
  }),
  skipSagaStep: act('sagas/{id}/skip', {
    summary: 'Skip the failed step of a stuck saga and continue; the operator must perform its effect',
    answer: SagaDetails,
  }),
}
