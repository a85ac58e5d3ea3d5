import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** What has texts. */
export type TextKind = 'product'

/** A public text of a subject. */
export interface Text {
  readonly kind: TextKind
  readonly id: string
  readonly revision: number
  readonly title: string
  readonly body: string
}

/** The vector of a text, and the model that made it. */
export interface TextVector {
  readonly model: string
  readonly vector: Float32Array
}

/** A text as an index reads it. */
export interface StoredVector {
  readonly id: string
  readonly isDeleted: boolean
  readonly model: string
  readonly title: string
  readonly body: string
  readonly vector: Uint8Array
}

/** Stores a text, unless one of a higher revision is stored. */
export async function saveText(tx: WriteHandle, text: Text, { model, vector }: TextVector): Promise<void> {
  const { kind, id, revision, title, body } = text
  await tx.sql`
    insert into texts (kind, id, revision, title, body, is_deleted, model, vector)
    values (${kind}, ${id}, ${revision}, ${title}, ${body}, false, ${model}, ${vector})
    on conflict (kind, id) do update
      set revision = excluded.revision, title = excluded.title, body = excluded.body, is_deleted = false,
          model = excluded.model, vector = excluded.vector, changed_by = pg_current_xact_id()
      where texts.revision <= excluded.revision`
}

/** Empties a text, unless one of a higher revision is stored. */
export async function emptyText(tx: WriteHandle, kind: TextKind, id: string, revision: number): Promise<void> {
  await tx.sql`
    insert into texts (kind, id, revision, title, body, is_deleted, model, vector)
    values (${kind}, ${id}, ${revision}, '', '', true, '', '')
    on conflict (kind, id) do update
      set revision = excluded.revision, title = '', body = '', is_deleted = true, model = '', vector = '',
          changed_by = pg_current_xact_id()
      where texts.revision <= excluded.revision`
}

/** The transaction before which everything has ended that this connection sees. */
export async function readHorizon(db: ReadHandle): Promise<string> {
  const [row] = await db.sql<{ horizon: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`
  if (row === undefined) throw new Error('the snapshot is missing')
  return row.horizon
}

/** Returns a page of the texts of a kind, in the order of their ids. */
export async function pageOfTexts(
  db: ReadHandle,
  kind: TextKind,
  after: string,
  limit: number,
): Promise<StoredVector[]> {
  return db.sql<StoredVector>`
    select id, is_deleted as "isDeleted", model, title, body, vector from texts
     where kind = ${kind} and id > ${after}::uuid and not is_deleted order by id limit ${limit}`
}

/**
 * Returns a page of the texts that transactions from `horizon` on have changed. Rows that a restore has brought from another server
 * may name transactions that have not begun here; they were read with the first pages.
 */
export async function changedTexts(
  db: ReadHandle,
  kind: TextKind,
  { horizon, after, limit }: { readonly horizon: string; readonly after: string; readonly limit: number },
): Promise<StoredVector[]> {
  return db.sql<StoredVector>`
    select id, is_deleted as "isDeleted", model, title, body, vector from texts
     where kind = ${kind} and id > ${after}::uuid and changed_by >= ${horizon}::xid8
       and changed_by < pg_snapshot_xmax(pg_current_snapshot())
     order by id limit ${limit}`
}

/** Whether a product for sale has no text, or that of an earlier version. */
export async function areProductTextsMissing(db: ReadHandle): Promise<boolean> {
  const [row] = await db.sql<{ is_missing: boolean }>`
    select exists (
      select from products left join texts on kind = 'product' and id = product_id
       where status = 'active' and (id is null or revision < version)) as is_missing`
  return row?.is_missing === true
}
