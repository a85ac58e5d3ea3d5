import type { Caller, Page } from '@stoa/contract'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
import type { After } from './store/sessions.ts'

const Place = Type.Object({
  createdAt: Type.String({ format: 'date-time' }),
  id: Type.String({ minLength: 1, maxLength: 100 }),
})

/** Where a list goes on. */
export function afterOf(cursor: string | undefined): After | undefined {
  if (cursor === undefined) return undefined
  const { createdAt, id } = decodeCursor(Place, cursor)
  return { createdAt: Temporal.Instant.from(createdAt), id }
}

/** A page of what was read with one row too many. */
export function pageOfRows<Row extends After, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): { items: Item[]; nextCursor?: string } {
  const { items, nextCursor }: Page<Row> = pageOf(rows, limit, ({ createdAt, id }) => ({
    createdAt: createdAt.toString(),
    id,
  }))
  return { items: items.map(toItem), ...(nextCursor === undefined ? {} : { nextCursor }) }
}

/** Whose a list shows: no account's in particular is everybody's; undefined when it is another's and out of reach. */
export function scopeOfList(
  caller: Caller,
  permission: string,
  wanted: string | undefined,
): { readonly userId: string | undefined } | undefined {
  if (caller.can(`${permission}:any`)) return { userId: wanted }
  return wanted === undefined || wanted === caller.subject ? { userId: caller.subject } : undefined
}
