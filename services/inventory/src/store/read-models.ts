import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** The state of the read model of products: its structure version, and whether another one is being built. */
export interface ReadModelState {
  /** Undefined if it was never built. */
  readonly shape: number | undefined
  readonly builtAt: Temporal.Instant | undefined
  readonly isRebuilding: boolean
}

interface StateRow {
  readonly shape: number | null
  readonly built_at: Temporal.Instant | null
  readonly is_rebuilding: boolean
}

const name = 'products'

/** Reads the state of the read model of products. */
export async function readState(db: ReadHandle): Promise<ReadModelState> {
  const [row] = await db.sql<StateRow>`
    select shape, built_at, to_regclass('product_views_next') is not null as is_rebuilding
      from (select ${name}::text as name) as wanted left join read_models using (name)`
  return {
    shape: row?.shape ?? undefined,
    builtAt: row?.built_at ?? undefined,
    isRebuilding: row?.is_rebuilding ?? false,
  }
}

/** Returns whether another read model is being built; then every change is written to both. */
export async function isRebuilding(tx: WriteHandle): Promise<boolean> {
  const [row] = await tx.sql<{ found: boolean }>`select to_regclass('product_views_next') is not null as found`
  return row?.found === true
}

/** Returns the number of products in the read model. */
export async function countViews(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ count: number }>`select count(*) as count from product_views`
  return row?.count ?? 0
}

/**
 * Waits for all writers of products, and blocks new ones until this transaction ends, so that they see its changes to
 * the tables of the read model.
 */
export async function stopWriters(tx: WriteHandle): Promise<void> {
  await tx.sql`lock table products in exclusive mode`
}

/** Creates an empty read model beside the current one; drops an incomplete earlier one. */
export async function createNext(tx: WriteHandle): Promise<void> {
  await tx.sql`drop table if exists product_views_next`
  await tx.sql`create table product_views_next (like product_views including all)`
}

/** Analyzes the new read model, so that its first queries are not planned for an empty table. */
export async function analyzeNext(tx: WriteHandle): Promise<void> {
  await tx.sql`analyze product_views_next`
}

/** Replaces the current read model with the new one, without interrupting readers. */
export async function swapNext(tx: WriteHandle, shape: number, at: Temporal.Instant): Promise<void> {
  await tx.sql`drop table product_views`
  await tx.sql`alter table product_views_next rename to product_views`
  await tx.sql`
    insert into read_models (name, shape, built_at) values (${name}, ${shape}, ${at})
    on conflict (name) do update set shape = excluded.shape, built_at = excluded.built_at`
}
