import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Macro, MacroId } from '@stoa/contracts/support/resources'
import { fragment } from '@stoa/postgres'

interface MacroRow {
  readonly id: MacroId
  readonly name: string
  readonly locale: string
  readonly text: string
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
}

/** A macro and its version. */
export interface StoredMacro {
  readonly resource: Macro
  readonly version: number
}

function fromRow({ version, created_at, updated_at, ...rest }: MacroRow): StoredMacro {
  return { version, resource: { ...rest, createdAt: created_at.toString(), updatedAt: updated_at.toString() } }
}

/** What a macro is written with. */
export interface MacroText {
  readonly name: string
  readonly locale: string
  readonly text: string
}

/** Inserts a macro; one with this id is kept. */
export async function insertMacro(
  tx: WriteHandle,
  { id, name, locale, text, at }: MacroText & { readonly id: string; readonly at: Temporal.Instant },
): Promise<void> {
  await tx.sql`
    insert into macros (id, name, locale, text, created_at, updated_at)
      values (${id}, ${name}, ${locale}, ${text}, ${at}, ${at}) on conflict (id) do nothing`
}

export async function updateMacro(
  tx: WriteHandle,
  id: string,
  { name, locale, text }: MacroText,
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    update macros set name = ${name}, locale = ${locale}, text = ${text}, updated_at = ${at}, version = version + 1
      where id = ${id}`
}

export async function findMacro(db: ReadHandle, id: string): Promise<StoredMacro | undefined> {
  const [row] = await db.sql<MacroRow>`select * from macros where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The macro of this id, its row locked. */
export async function lockMacro(tx: WriteHandle, id: string): Promise<StoredMacro | undefined> {
  const [row] = await tx.sql<MacroRow>`select * from macros where id = ${id} for update`
  return row === undefined ? undefined : fromRow(row)
}

/** Macros after an id, in the order of their ids. */
export async function listMacros(
  db: ReadHandle,
  {
    locale,
    afterId,
    limit,
  }: { readonly locale?: string | undefined; readonly afterId?: string | undefined; readonly limit: number },
): Promise<Macro[]> {
  const inLocale = locale === undefined ? fragment`` : fragment`and locale = ${locale}`
  const after = afterId === undefined ? fragment`` : fragment`and id > ${afterId}`
  const rows = await db.sql<MacroRow>`select * from macros where true ${inLocale} ${after} order by id limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

export async function deleteMacro(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`delete from macros where id = ${id}`
}
