import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** How far the training is, and how good its predictions were. */
export interface Training {
  readonly baskets: number
  readonly trainedAt: Temporal.Instant | undefined
  readonly tested: number
  readonly hits: number
  readonly hitsOfPopularity: number
}

export async function readTraining(db: ReadHandle): Promise<Training> {
  const [row] = await db.sql<{
    baskets: number
    trained_at: Temporal.Instant | null
    tested: number
    hits: number
    hits_of_popularity: number
  }>`select baskets, trained_at, tested, hits, hits_of_popularity from training_state`
  if (row === undefined) throw new Error('the state of the training is missing')
  const { baskets, tested, hits } = row
  return { baskets, tested, hits, trainedAt: row.trained_at ?? undefined, hitsOfPopularity: row.hits_of_popularity }
}

/** Counts baskets and tests; the last statement of a transaction, because all of them update this row. */
export async function countTraining(
  tx: WriteHandle,
  counted: Omit<Training, 'trainedAt'>,
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    update training_state
       set baskets = baskets + ${counted.baskets}, trained_at = ${at}, tested = tested + ${counted.tested},
           hits = hits + ${counted.hits}, hits_of_popularity = hits_of_popularity + ${counted.hitsOfPopularity}`
}

/** Whether the snapshot of the products has been copied. */
export async function areProductsCopied(db: ReadHandle): Promise<boolean> {
  const rows = await db.sql`select from training_state where products_copied_at is not null`
  return rows.length > 0
}

export async function noteProductsCopied(tx: WriteHandle, at: Temporal.Instant): Promise<void> {
  await tx.sql`update training_state set products_copied_at = ${at}`
}
