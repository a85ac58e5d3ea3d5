/** A fact about an aggregate, as its decider sees it. Its data is JSON. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type
  readonly data: Data
}

/** A command that the rules do not allow; `code` is one of the errors of the contract. */
export interface Refusal<Code extends string = string> {
  readonly kind: 'refused'
  readonly code: Code
  readonly detail: string
}

/**
 * An aggregate as three pure functions (Chassaing, "Functional Event Sourcing Decider"): `decide` returns the events that a command
 * causes in a state, none if it changes nothing, or a refusal; `evolve` returns the state after an event. Neither may read a clock,
 * make an id or throw for an expected case.
 */
export interface Decider<State, Command, Event extends DomainEvent, Refused extends Refusal = Refusal> {
  readonly initial: State
  readonly decide: (command: Command, state: State) => readonly Event[] | Refused
  readonly evolve: (state: State, event: Event) => State
}

/** The state after these events. */
export function fold<State, Event extends DomainEvent>(
  { evolve }: Pick<Decider<State, never, Event>, 'evolve'>,
  state: State,
  events: readonly Event[],
): State {
  return events.reduce(evolve, state)
}

/** Whether a decision is a refusal. */
export function isRefusal<Event extends DomainEvent, Refused extends Refusal>(
  decision: readonly Event[] | Refused,
): decision is Refused {
  return 'kind' in decision
}
