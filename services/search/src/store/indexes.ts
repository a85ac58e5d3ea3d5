import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** One version of the index of products. */
export interface IndexVersion {
  readonly version: number
  readonly state: 'building' | 'live' | 'retired' | 'cancelled'
  readonly shape: number
  readonly documents: number
  readonly startedAt: Temporal.Instant
  readonly liveAt: Temporal.Instant | undefined
}

interface IndexRow {
  readonly version: number
  readonly state: IndexVersion['state']
  readonly shape: number
  readonly documents: number
  readonly started_at: Temporal.Instant
  readonly live_at: Temporal.Instant | null
}

function fromRow({ started_at: startedAt, live_at: liveAt, ...row }: IndexRow): IndexVersion {
  return { ...row, startedAt, liveAt: liveAt ?? undefined }
}

/** Returns the newest shape of the live index and the one that is being built. */
export async function readShape(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ shape: number }>`
    select max(shape) as shape from product_indexes where state in ('live', 'building')`
  return row?.shape ?? 0
}

/** Records the next version, and creates its table; the writers must be stopped. */
export async function startVersion(tx: WriteHandle, shape: number, at: Temporal.Instant): Promise<number> {
  await tx.sql`create table product_documents_next (like product_documents including all)`
  await tx.sql`update index_writers set is_building = true`
  const [row] = await tx.sql<{ version: number }>`
    insert into product_indexes (version, state, shape, started_at)
    select max(version) + 1, 'building', ${shape}::int, ${at} from product_indexes returning version`
  if (row === undefined) throw new Error('an insert returned no row')
  return row.version
}

/** Whether this version is being built. */
export async function isBuilding(db: ReadHandle, version: number): Promise<boolean> {
  const rows = await db.sql`select from product_indexes where version = ${version} and state = 'building'`
  return rows.length > 0
}

/** Records how many documents were copied so far. */
export async function noteProgress(tx: WriteHandle, version: number, documents: number): Promise<void> {
  await tx.sql`update product_indexes set documents = ${documents} where version = ${version}`
}

/** Replaces the live index with the one that was built; the writers must be stopped. Queries wait only for this transaction. */
export async function swapVersions(tx: WriteHandle, version: number, at: Temporal.Instant): Promise<void> {
  await tx.sql`analyze product_documents_next`
  await tx.sql`
    update product_indexes set state = 'retired', documents = (select count(*) from product_documents) where state = 'live'`
  await tx.sql`update product_indexes set state = 'live', live_at = ${at} where version = ${version}`
  await tx.sql`update index_writers set is_building = false`
  await tx.sql`drop table product_documents`
  await tx.sql`alter table product_documents_next rename to product_documents`
}

/** Discards the index that is being built; the writers must be stopped. */
export async function cancelVersion(tx: WriteHandle, version: number): Promise<void> {
  await tx.sql`
    update product_indexes set state = 'cancelled', documents = (select count(*) from product_documents_next)
     where version = ${version}`
  await tx.sql`update index_writers set is_building = false`
  await tx.sql`drop table product_documents_next`
}

/** Returns the version that is being built, and its shape. */
export async function findBuilding(
  db: ReadHandle,
): Promise<{ readonly version: number; readonly shape: number } | undefined> {
  const [row] = await db.sql<{ version: number; shape: number }>`
    select version, shape from product_indexes where state = 'building'`
  return row
}

/** Versions before one, newest first. */
export async function listVersions(db: ReadHandle, before: number | undefined, limit: number): Promise<IndexVersion[]> {
  const rows = await db.sql<IndexRow>`
    select * from product_indexes where ${before}::int is null or version < ${before} order by version desc limit ${limit}`
  return rows.map(fromRow)
}

export async function findVersion(db: ReadHandle, version: number): Promise<IndexVersion | undefined> {
  const [row] = await db.sql<IndexRow>`select * from product_indexes where version = ${version}`
  return row === undefined ? undefined : fromRow(row)
}

/** Counts the documents of the live index. */
export async function countLive(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ count: number }>`select count(*)::int as count from product_documents`
  return row?.count ?? 0
}
