import type { Id, Money } from '@stoa/kernel'
import { Type, type Static, type TSchema, type TUnsafe } from 'typebox'

/** A UUID that counts only as `Name` in code. */
export function idSchema<const Name extends string>(name: Name): TUnsafe<Id<Name>> {
  return Type.Unsafe<Id<Name>>(Type.String({ format: 'uuid', description: `id of ${name}` }))
}

/** A point in time, RFC 3339 in UTC. */
export const InstantSchema = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })

/** An ISO 4217 currency code. */
export const CurrencySchema = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })

/** Money on the wire: integer minor units and the currency. */
export const MoneySchema = Type.Unsafe<Money>(
  Type.Object(
    {
      amount: Type.Integer({ minimum: -9007199254740991, maximum: 9007199254740991, description: 'minor units' }),
      currency: CurrencySchema,
    },
    { additionalProperties: false },
  ),
)

/** The most minor units that somebody may set at once: 100 lines of 1,000 pieces at that price add up exactly (2^53). */
export const MAX_MINOR_UNITS = 10_000_000_000

/** Minor units that somebody sets: none below zero, and no more than `MAX_MINOR_UNITS`. */
export const MinorUnitsSchema = Type.Integer({ minimum: 0, maximum: MAX_MINOR_UNITS, description: 'minor units' })

/** An amount of money that somebody sets: a price, a charge, a reduction; bounded as `MinorUnitsSchema`. */
export const AmountSchema = Type.Unsafe<Money>(
  Type.Object({ amount: MinorUnitsSchema, currency: CurrencySchema }, { additionalProperties: false }),
)

/** One page of a list: the items, and the cursor of the next page when there is one. */
export function pageSchema<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) })
}

/** The query of every list: how many (50, at most 200) and from where. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
} as const

/** The type of a list's page. */
export interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor?: string
}

/** The value type of a schema. */
export type ValueOf<Schema extends TSchema> = Static<Schema>
