import { deepStrictEqual } from 'node:assert/strict'
import { fold, type Decider, type DomainEvent, type Refusal } from './decider.ts'

/** What a test expects of a command: its events, in their order, or the code of its refusal. */
export interface Expectation<Event extends DomainEvent> {
  readonly events?: readonly Event[]
  readonly code?: string
}

/** Expects exactly these events; none, if the command changes nothing. */
export function causes<Event extends DomainEvent>(...events: readonly Event[]): Expectation<Event> {
  return { events }
}

/** Expects a refusal with this code. */
export function refused(code: string): Expectation<never> {
  return { code }
}

/**
 * Tests of a decider that read like its rules: `given(sold).when(cancel).then(refused('…'))`. `then` throws an AssertionError with the
 * difference.
 */
export function givenBy<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
): (...events: readonly Event[]) => {
  readonly when: (command: Command) => { readonly then: (expected: Expectation<Event>) => void }
} {
  return (...events) => ({
    when: (command) => ({
      then: (expected) => {
        const decision: readonly Event[] | Refusal = decider.decide(command, fold(decider, decider.initial, events))
        const actual = 'kind' in decision ? { code: decision.code } : { events: decision }
        deepStrictEqual(actual, expected)
      },
    }),
  })
}
