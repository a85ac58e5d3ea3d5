import { randomUUIDv7 } from 'node:crypto'

declare const brand: unique symbol

/** A value of type `T` that only counts as `Name`: an order's id is not a user's id. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A branded UUID. */
export type Id<Name extends string> = Branded<string, Name>

/** Makes ids; passed in, so that tests own them. */
export type NewId = () => string

/** A new UUIDv7 (RFC 9562): unique, and in the order of its making to the millisecond. */
export const newId: NewId = () => randomUUIDv7()
