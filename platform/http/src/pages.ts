import { defaultPageSize, type Page } from '@stoa/contract'
import { Type, type Static, type TSchema } from 'typebox'
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

interface PageRequest {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/**
 * Reads a page of a list. `read` gets the position of the last row of the previous page, and how many rows to read: one more than
 * the page has, which means that there is a next page. `toPlace` returns the position of a row. Throws 422 for a cursor of another list.
 */
export async function readPage<Place extends TSchema, Row>(
  { limit = defaultPageSize, cursor }: PageRequest,
  place: Place,
  read: (after: Static<Place> | undefined, limit: number) => Promise<readonly Row[]>,
  toPlace: (last: Row) => Static<Place>,
): Promise<Page<Row>> {
  const rows = await read(cursor === undefined ? undefined : decodeCursor(place, cursor), limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items }
  return { items, nextCursor: encodeCursor(toPlace(last)) }
}

const IdPlace = Type.String({ format: 'uuid' })

/** Reads a page of a list that is ordered by its UUIDs. */
export function readPageById<Row extends { readonly id: string }>(
  query: PageRequest,
  read: (afterId: string | undefined, limit: number) => Promise<readonly Row[]>,
): Promise<Page<Row>> {
  return readPage(query, IdPlace, read, ({ id }) => id)
}
