import type { Caller, Handler } from '@stoa/contract'
import type { Article, ArticleSummary } from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import { compact } from '@stoa/kernel'
import { readPage } from '@stoa/service'
import { Type } from 'typebox'
import { countVotes } from '../store/article-feedback.ts'
import {
  findArticle,
  findText,
  listArticles as listStored,
  listVersions,
  type FoundArticle,
  type StoredArticle,
} from '../store/articles.ts'

/** The refusal of an article that does not exist for the caller. */
export function noArticle(id: string) {
  return { code: 'support.article_not_found', detail: `There is no article ${id}.` } as const
}

const isEditor = ({ can }: Pick<Caller, 'can'>) => can('article:manage')
const statusOf = ({ publishedVersion }: StoredArticle) => (publishedVersion === null ? 'draft' : 'published')

/** Staff get the newest version and the votes, all others the published version. */
export const getArticle: Handler<SupportService, 'getArticle'> = async ({ params: { id }, caller, db, refuse }) => {
  const article = await findArticle(db, id)
  if (article === undefined) return refuse(noArticle(id))
  const { publishedVersion, latestVersion, revision } = article
  const version = isEditor(caller) ? latestVersion : publishedVersion
  const text = version === null ? undefined : await findText(db, id, version)
  if (version === null || text === undefined) return refuse(noArticle(id))
  const body: Article = {
    id: article.id,
    key: article.key,
    locale: article.locale,
    topic: article.topic,
    status: statusOf(article),
    ...text,
    version,
    updatedAt: article.updatedAt.toString(),
    ...compact({
      publishedVersion: publishedVersion ?? undefined,
      publishedAt: article.publishedAt?.toString(),
      votes: isEditor(caller) ? await countVotes(db, id) : undefined,
    }),
  }
  // readers and staff get other texts at the same revision
  return { status: 200, body, version: isEditor(caller) ? revision : `published-${revision}` }
}

// what PostgreSQL writes of a real that is no less than zero, and no number that a real cannot store
const Rank = Type.String({ pattern: String.raw`^[0-9]{1,4}(\.[0-9]{1,13})?(e-[0-2][0-9])?$` })
const Place = Type.Object({ id: Type.String({ format: 'uuid' }), rank: Rank })

export const listArticles: Handler<SupportService, 'listArticles'> = async ({ query, caller, db, refuse }) => {
  const { limit, cursor, q: words, ...filter } = query
  if (words !== undefined && filter.locale === undefined) {
    const fields = [{ pointer: '/locale', detail: 'is required for a search' }]
    return refuse('request.invalid', 'A search needs the language of its words.', { fields })
  }
  const isStaff = isEditor(caller)
  // for readers there are no drafts
  if (!isStaff && filter.status === 'draft') return { status: 200, body: { items: [] } }
  const page = await readPage(
    { limit, cursor },
    Place,
    (after, count) => listStored(db, { ...filter, isStaff, words, after, limit: count }),
    ({ id, rank }) => ({ id, rank }),
  )
  return { status: 200, body: { ...page, items: page.items.map(toSummary) } }
}

function toSummary(article: FoundArticle): ArticleSummary {
  const { id, key, locale, topic, title, excerpt, updatedAt } = article
  return { id, key, locale, topic, status: statusOf(article), title, excerpt, updatedAt: updatedAt.toString() }
}

export const listArticleVersions: Handler<SupportService, 'listArticleVersions'> = async ({
  params: { id },
  query,
  db,
  refuse,
}) => {
  if ((await findArticle(db, id)) === undefined) return refuse(noArticle(id))
  const page = await readPage(
    query,
    Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    (before, limit) => listVersions(db, id, before, limit),
    ({ version }) => version,
  )
  return { status: 200, body: page }
}
