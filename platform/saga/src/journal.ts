import type { SagaState } from './endpoints.ts'

export type { SagaState } from './endpoints.ts'
import type { Json, SagaDefinition, Service, StepDefinition } from '@stoa/contract'

/** A saga of any service, its types erased. */
export type AnySaga = SagaDefinition<Service, string>
export type AnyStep = StepDefinition

/** Whether the state is final. */
export function isEnd(state: SagaState): state is 'completed' | 'compensated' {
  return state === 'completed' || state === 'compensated'
}

/**
 * The subject of a journal row: the entry of a step or wait, an action, the `then` after it, an awaited signal, a
 * compensation, the saga as a whole, or an action of an operator.
 */
export type EntryKind = 'enter' | 'action' | 'then' | 'wait' | 'compensation' | 'saga' | 'operator'

/**
 * `refused`: ended without effect; `unknown`: ended with an unknown effect, so it is compensated; `stuck`: failed on every
 * attempt.
 */
export type StepOutcome = 'entered' | 'succeeded' | 'skipped' | 'refused' | 'unknown' | 'stuck' | 'retry' | 'skip'

/** One row of a saga's journal; never changed. */
export interface JournalEntry {
  /** Empty for entries of the whole saga. */
  readonly step: string
  readonly kind: EntryKind
  readonly outcome: StepOutcome
  readonly attempts: number
  readonly result?: Json
  /** The code of the refusal, `saga.timed_out`, or `internal` for a bug. */
  readonly error?: string
  /** The message of the error, for operators. */
  readonly detail?: string
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** `order-fulfilment:0192…`: the saga's id, which includes its name. */
export function sagaIdOf(name: string, key: string): string {
  return `${name}:${key}`
}

/** Returns the name at the start of a saga id. */
export function nameOf(sagaId: string): string {
  return sagaId.slice(0, sagaId.indexOf(':'))
}

/** The key of every call of an action or compensation (`{sagaId}/{step}/{action|compensation}`). */
export function idempotencyKeyOf(sagaId: string, step: string, kind: 'action' | 'compensation'): string {
  return `${sagaId}/${step}/${kind}`
}
