import type { Page } from '@stoa/contract'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/schema'
import { invalidFields } from './refusals.ts'

/** Returns the opaque cursor of a position in a list: the JSON that the next query needs to continue. */
export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** Returns the position of a cursor. Throws 422 with the pointer `/cursor` for a cursor that `encodeCursor` did not create. */
export function decodeCursor<Place extends TSchema>(schema: Place, cursor: string): Static<Place> {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Check(schema as object, place) && !JSON.stringify(place).includes('\\u0000')) return place as Static<Place>
  } catch {
    // Not JSON: refused below.
  }
  throw invalidFields([{ pointer: '/cursor', detail: 'is not a cursor of this list' }])
}

/**
 * Returns a page of a list from rows that were read with `limit + 1`: an extra row means that there is a next page, whose
 * cursor is made from the last row of this page.
 */
export function pageOf<Row>(rows: readonly Row[], limit: number, toPlace: (last: Row) => unknown): Page<Row> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items }
  return { items, nextCursor: encodeCursor(toPlace(last)) }
}
