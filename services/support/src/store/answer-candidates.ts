import type { ReadHandle } from '@stoa/contract'
import type { AnswerCandidate } from '../domain/answer.ts'

/** What is compared of an article. */
const longestBody = 6_000

/**
 * Published articles that may answer a question, at most `limit`: those with most of its words first, then the newest. A locale such as
 * de-AT also has the articles in de.
 */
export async function findAnswerCandidates(
  db: ReadHandle,
  { question, locale, limit }: { readonly question: string; readonly locale: string; readonly limit: number },
): Promise<AnswerCandidate[]> {
  return db.sql<AnswerCandidate>`
    with asked as materialized (
      select replace(plainto_tsquery(article_dictionary(${locale}), ${question})::text, '&', '|')::tsquery as words)
    select a.id as "articleId", a.key, a.locale, v.title, v.version, left(v.body, ${longestBody}) as body
      from articles a join article_versions v on v.article_id = a.id and v.version = a.published_version cross join asked
     where a.locale in (${locale}, left(${locale}, 2))
     order by ts_rank(a.words, asked.words) desc, a.id desc limit ${limit}`
}
