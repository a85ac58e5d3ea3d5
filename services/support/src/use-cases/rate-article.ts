import type { Handler } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import { compact } from '@stoa/kernel'
import { readPage } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { listVotes, putVote } from '../store/article-feedback.ts'
import { findArticle, holdArticle } from '../store/articles.ts'
import { noArticle } from './read-articles.ts'

/** Stores the vote of an account on an article that it can read. */
export const rateArticle =
  ({ clock }: Deps): Handler<SupportService, 'rateArticle'> =>
  async ({ params: { id, userId }, body: { helpful, comment }, refuse, commit }) =>
    commit(async (tx) => {
      const article = await holdArticle(tx, id)
      if (article === undefined || article.publishedVersion === null) return refuse(noArticle(id))
      if (await tx.isErased(userId)) return refuse('request.path_unknown', 'The account does not exist.')
      const at = clock.now()
      await putVote(tx, { articleId: article.id, userId, helpful, comment, at })
      const vote = { articleId: article.id, userId, helpful, votedAt: at.toString() }
      return { status: 200, body: { ...vote, ...compact({ comment }) } }
    })

export const listArticleFeedback: Handler<SupportService, 'listArticleFeedback'> = async ({
  params: { id },
  query,
  db,
  refuse,
}) => {
  if ((await findArticle(db, id)) === undefined) return refuse(noArticle(id))
  const page = await readPage(
    query,
    Type.String({ format: 'uuid' }),
    (after, limit) => listVotes(db, id, after, limit),
    ({ userId }) => userId,
  )
  return { status: 200, body: page }
}
