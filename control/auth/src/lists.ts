import { InstantSchema, type Caller, type Page } from '@stoa/contract'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type, type TString } from 'typebox'
import type { After } from './store/sessions.ts'

/** Where a list continues whose items have ids of this kind. */
export function afterOf(idKind: TString, cursor: string | undefined): After | undefined {
  if (cursor === undefined) return undefined
  const { createdAt, id } = decodeCursor(Type.Object({ createdAt: InstantSchema, id: idKind }), cursor)
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
