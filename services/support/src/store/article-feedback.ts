import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { ArticleFeedback, ArticleId } from '@stoa/contracts/support/resources'
import { compact } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

interface FeedbackRow {
  readonly article_id: ArticleId
  readonly user_id: UserId
  readonly helpful: boolean
  readonly comment: string | null
  readonly voted_at: Temporal.Instant
}

function fromRow({ article_id, user_id, helpful, comment, voted_at }: FeedbackRow): ArticleFeedback {
  const vote = { articleId: article_id, userId: user_id, helpful, votedAt: voted_at.toString() }
  return { ...vote, ...compact({ comment: comment ?? undefined }) }
}

/** A vote that is about to be stored. */
export interface NewVote {
  readonly articleId: ArticleId
  readonly userId: UserId
  readonly helpful: boolean
  readonly comment: string | undefined
  readonly at: Temporal.Instant
}

/** Stores the vote of an account, in place of an earlier one. */
export async function putVote(tx: WriteHandle, { articleId, userId, helpful, comment, at }: NewVote): Promise<void> {
  await tx.sql`
    insert into article_feedback (article_id, user_id, helpful, comment, voted_at)
      values (${articleId}, ${userId}, ${helpful}, ${comment ?? null}, ${at})
      on conflict (article_id, user_id)
        do update set helpful = excluded.helpful, comment = excluded.comment, voted_at = excluded.voted_at`
}

/** How many found an article helpful, and how many did not. */
export async function countVotes(
  db: ReadHandle,
  articleId: string,
): Promise<{ readonly helpful: number; readonly notHelpful: number }> {
  const [row] = await db.sql<{ helpful: number; notHelpful: number }>`
    select count(*) filter (where helpful)::int as helpful, count(*) filter (where not helpful)::int as "notHelpful"
      from article_feedback where article_id = ${articleId}`
  return row ?? { helpful: 0, notHelpful: 0 }
}

/** Votes on an article after that of an account, in the order of the accounts. */
export async function listVotes(
  db: ReadHandle,
  articleId: string,
  after: string | undefined,
  limit: number,
): Promise<ArticleFeedback[]> {
  const next = after === undefined ? fragment`` : fragment`and user_id > ${after}`
  const rows = await db.sql<FeedbackRow>`
    select * from article_feedback where article_id = ${articleId} ${next} order by user_id limit ${limit}`
  return rows.map(fromRow)
}

/** Every vote of an account, for the export of personal data. */
export async function exportFeedback(db: ReadHandle, userId: string): Promise<ArticleFeedback[]> {
  const rows = await db.sql<FeedbackRow>`select * from article_feedback where user_id = ${userId} order by article_id`
  return rows.map(fromRow)
}
