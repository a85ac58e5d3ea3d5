/** What is measured in a window: each event contributes, and contributions add up in any order. */
export interface Measure<Event> {
  /** The contribution of an event. */
  readonly of: (event: Event) => number
  /** Adds up two contributions: commutative and associative. */
  readonly merge: (one: number, other: number) => number
  /** The value without any event. */
  readonly zero: number
}

/** Counts the events, or those that match. */
export function count<Event>(matches: (event: Event) => boolean = () => true): Measure<Event> {
  return { of: (event) => (matches(event) ? 1 : 0), merge: add, zero: 0 }
}

/** Adds up an integer of each event, such as minor units. @throws RangeError when a sum is no longer exact */
export function sum<Event>(of: (event: Event) => number): Measure<Event> {
  return { of, merge: add, zero: 0 }
}

function add(one: number, other: number): number {
  const total = one + other
  if (!Number.isSafeInteger(total)) throw new RangeError(`${one} + ${other} is not a safe integer`)
  return total
}
