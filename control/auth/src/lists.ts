import { InstantSchema, type Caller, type Page } from '@stoa/contract'
import { readPage } from '@stoa/service'
import { Type, type TString } from 'typebox'
import type { After } from './store/sessions.ts'

/** Reads a page of a list, newest first, whose items have ids of this kind. */
export async function readNewest<Row extends After, Item>(
  query: Parameters<typeof readPage>[0],
  idKind: TString,
  read: (after: After | undefined, limit: number) => Promise<readonly Row[]>,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> {
  const place = Type.Object({ createdAt: InstantSchema, id: idKind })
  const { items, ...next } = await readPage(
    query,
    place,
    (after, limit) => read(after && { id: after.id, createdAt: Temporal.Instant.from(after.createdAt) }, limit),
    ({ createdAt, id }: Row) => ({ createdAt: createdAt.toString(), id }),
  )
  return { items: items.map(toItem), ...next }
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
