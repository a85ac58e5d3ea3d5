import { randomUUIDv7 } from 'node:crypto'

declare const brand: unique symbol

/** A value of type `T` that only counts as `Name`: an order's id is not a user's id. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A branded UUID. */
export type Id<Name extends string> = Branded<string, Name>

/** Generates ids; passed in, so that tests can control them. */
export type NewId = () => string

/** A new UUIDv7 (RFC 9562): unique, and in the order of its making to the millisecond. */
export const newId: NewId = () => randomUUIDv7()

/** Returns the lowest UUIDv7 (RFC 9562) of a time: the ids that were made before it are lower. */
export function lowestIdAt(at: Temporal.Instant): string {
  const hex = at.epochMilliseconds.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
