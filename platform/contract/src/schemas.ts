import type { Id, Money } from '@stoa/kernel'
import { Type, type Static, type TSchema, type TUnsafe } from 'typebox'

/** An object that rejects unknown fields. */
export const closed = { additionalProperties: false } as const

/** A record of at most 100 entries whose names the schema describes. */
export const closedRecord = { additionalProperties: false, maxProperties: 100 } as const

/** The schema of a UUID whose type in code is the id of `Name`. */
export function idSchema<const Name extends string>(name: Name): TUnsafe<Id<Name>> {
  return Type.Unsafe<Id<Name>>(Type.String({ format: 'uuid', description: `id of ${name}` }))
}

const isoDay = '\\d{4}-\\d{2}-\\d{2}'
const isoMinute = '\\d{2}:\\d{2}'
const firstOrLastDay = '0001-01-01|9999-12-31'
const anyDay = `(?!0000|${firstOrLastDay})${isoDay}[Tt]${isoMinute}:(?:[0-5]\\d(?:\\.\\d{1,9})?|60)(?:[Zz]|[+-](?:0\\d|1[0-5]):[0-5]\\d)`
const edgeDay = `(?:${firstOrLastDay})[Tt]${isoMinute}:[0-5]\\d(?:\\.\\d{1,6})?(?:[Zz]|[+-]00:00)`

/** The JSON Schema of a point in time. */
export const instantRule = {
  format: 'date-time',
  pattern: `^(?:${anyDay}|${edgeDay})$`,
  description: 'RFC 3339, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z',
} as const

/**
 * A point in time: RFC 3339, in the years 0001 to 9999 of UTC. Every accepted value can be stored and returned by
 * PostgreSQL and `Temporal`: PostgreSQL takes offsets below 16 hours and rounds to microseconds, `Temporal` takes nine
 * digits of a second. On the first and the last day an offset or a rounding could leave the range, so these are UTC only.
 */
export const InstantSchema = Type.String(instantRule)
const instantPattern = new RegExp(instantRule.pattern)

/** Parses a text that `InstantSchema` accepts. @throws RangeError for any other */
export function parseInstant(text: string): Temporal.Instant {
  if (!instantPattern.test(text)) throw new RangeError(`"${text}" is not a time of RFC 3339, years 0001 to 9999`)
  return Temporal.Instant.from(text)
}

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

/** The largest amount in minor units that a request may set: 100 lines of 1,000 units at this price add up to at most 2^53. */
export const MAX_MINOR_UNITS = 10_000_000_000

/** An amount in minor units that a request may set, from 0 to `MAX_MINOR_UNITS`. */
export const MinorUnitsSchema = Type.Integer({ minimum: 0, maximum: MAX_MINOR_UNITS, description: 'minor units' })

/** An amount of money that a request may set, such as a price, a charge or a discount; limited like `MinorUnitsSchema`. */
export const AmountSchema = Type.Unsafe<Money>(
  Type.Object({ amount: MinorUnitsSchema, currency: CurrencySchema }, { additionalProperties: false }),
)

/** The JSON Schema of a cursor. */
export const cursorRule = { minLength: 1, maxLength: 500, pattern: '^[A-Za-z0-9_-]+$' } as const

/** The position at which a list continues, from `nextCursor` of a response. Opaque; any other text is rejected. */
const CursorSchema = Type.String(cursorRule)

/** The schema of a page of a list: the items, and the cursor of the next page if there is one. */
export function pageSchema<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(CursorSchema) })
}

/** The items of a page if the query does not limit them. */
export const defaultPageSize = 50

/** The query of every list: the number of items (50 by default, at most 200) and the cursor. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: defaultPageSize })),
  cursor: Type.Optional(CursorSchema),
} as const

export interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor?: string
}

export type ValueOf<Schema extends TSchema> = Static<Schema>
