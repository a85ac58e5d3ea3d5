import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { AttributeSchema, Category } from '@stoa/contracts/inventory/resources'
import { json } from '@stoa/postgres'

interface CategoryRow {
  readonly path: string
  readonly name: string
  readonly parent: string | null
  readonly attribute_schema: AttributeSchema | null
}

function fromRow({ path, name, parent, attribute_schema: schema }: CategoryRow): Category {
  return { path, name, ...(parent === null ? {} : { parent }), ...(schema === null ? {} : { attributeSchema: schema }) }
}

/** Every category, each after the one above it. */
export async function listCategories(db: ReadHandle): Promise<Category[]> {
  const rows = await db.sql<CategoryRow>`select * from categories order by path`
  return rows.map(fromRow)
}

/** Returns the existing ones of these categories. */
export async function findCategories(db: ReadHandle, paths: readonly string[]): Promise<Category[]> {
  const rows = await db.sql<CategoryRow>`select * from categories where path = any(${paths}::text[]) order by path`
  return rows.map(fromRow)
}

/** Inserts missing categories; returns their number. */
export async function insertCategories(tx: WriteHandle, categories: readonly Category[]): Promise<number> {
  const rows = await tx.sql`
    insert into categories (path, name, parent, attribute_schema)
    select * from unnest(${categories.map(({ path }) => path)}::text[], ${categories.map(({ name }) => name)}::text[],
                         ${categories.map(({ parent }) => parent)}::text[],
                         ${categories.map(({ attributeSchema }) => json(attributeSchema))}::jsonb[])
    on conflict (path) do nothing
    returning 1 as one`
  return rows.length
}
