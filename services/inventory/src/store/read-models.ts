import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** What the read model of products was made by, and whether another is being made beside it. */
export interface ReadModelState {
  /** Undefined when it was never made. */
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

/** Whether a read model is being made beside the one that answers; then whoever writes writes into both. */
export async function isRebuilding(tx: WriteHandle): Promise<boolean> {
  const [row] = await tx.sql<{ found: boolean }>`select to_regclass('product_views_next') is not null as found`
  return row?.found === true
}

/** How many products the read model holds. */
export async function countViews(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ count: number }>`select count(*) as count from product_views`
  return row?.count ?? 0
}

/**
 * Waits for all who write products, and keeps others from it until this transaction ends: those who come later see what
 * it has done to the tables of the read model.
 */
export async function stopWriters(tx: WriteHandle): Promise<void> {
  await tx.sql`lock table products in exclusive mode`
}

/** Makes an empty read model beside the one that answers; a half-made one from before is thrown away. */
export async function createNext(tx: WriteHandle): Promise<void> {
  await tx.sql`drop table if exists product_views_next`
  await tx.sql`create table product_views_next (like product_views including all)`
}

/** Counts what is in the one made beside, so that its first readers are not planned for an empty table. */
export async function analyzeNext(tx: WriteHandle): Promise<void> {
  await tx.sql`analyze product_views_next`
}

/** Puts the one made beside in the place of the one that answers; readers notice nothing. */
export async function swapNext(tx: WriteHandle, shape: number, at: Temporal.Instant): Promise<void> {
  await tx.sql`drop table product_views`
  await tx.sql`alter table product_views_next rename to product_views`
  await tx.sql`
    insert into read_models (name, shape, built_at) values (${name}, ${shape}, ${at})
    on conflict (name) do update set shape = excluded.shape, built_at = excluded.built_at`
}
