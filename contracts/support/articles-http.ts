import { closed, get, PageQuery, pageSchema, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { Locale } from '../shared/locale.ts'
import {
  Article,
  ArticleFeedback,
  ArticleId,
  ArticleStatus,
  ArticleSummary,
  ArticleVersion,
  TicketTopic,
} from './resources.ts'

const manage = { permission: 'article:manage', owner: 'none' } as const
const params = { id: ArticleId }
const { key, locale, topic, title, body } = Article.properties
const { helpful, comment } = ArticleFeedback.properties

/** POST /api/v1/articles */
export const createArticle = post('/api/v1/articles', {
  ...manage,
  audited: true,
  summary: 'Create an article as a draft; its translations have the same key',
  body: Type.Object({ key, locale, topic, title, body }, closed),
  answers: { 201: Article },
  answersWith: 'getArticle',
  refuses: ['support.article_exists'],
})

/** GET /api/v1/articles */
export const listArticles = get('/api/v1/articles', {
  summary:
    'List or search published articles; staff also list drafts. A search needs `locale`, and returns the best match first',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      ...PageQuery,
      q: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
      locale: Type.Optional(Locale),
      topic: Type.Optional(TicketTopic),
      key: Type.Optional(key),
      status: Type.Optional(ArticleStatus),
    },
    closed,
  ),
  answers: { 200: pageSchema(ArticleSummary) },
})

/** GET /api/v1/articles/{id} */
export const getArticle = get('/api/v1/articles/{id}', {
  params,
  summary: 'Read a published article; staff get its newest version, also if it is a draft',
  permission: 'public',
  owner: 'none',
  answers: { 200: Article },
  refuses: ['support.article_not_found'],
})

/** PUT /api/v1/articles/{id} */
export const replaceArticle = put('/api/v1/articles/{id}', {
  ...manage,
  audited: true,
  params,
  summary: 'Write the next version of an article; readers see it when it is published',
  body: Type.Object({ topic, title, body }, closed),
  answers: { 200: Article },
  answersWith: 'getArticle',
  refuses: ['support.article_not_found'],
})

/** DELETE /api/v1/articles/{id} */
export const deleteArticle = remove('/api/v1/articles/{id}', {
  ...manage,
  audited: true,
  params,
  summary: 'Delete an article with all its versions',
  answers: { 204: null },
  refuses: ['support.article_not_found'],
})

/** GET /api/v1/articles/{id}/versions */
export const listArticleVersions = get('/api/v1/articles/{id}/versions', {
  ...manage,
  params,
  summary: 'List the versions of an article, newest first',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(ArticleVersion) },
  refuses: ['support.article_not_found'],
})

/** POST /api/v1/articles/{id}/publish */
export const publishArticle = post('/api/v1/articles/{id}/publish', {
  ...manage,
  audited: true,
  params,
  summary: 'Publish the newest version of an article, or an earlier one',
  body: Type.Optional(
    Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) }, closed),
  ),
  answers: { 200: Article },
  answersWith: 'getArticle',
  refuses: ['support.article_not_found', 'support.version_unknown'],
})

/** POST /api/v1/articles/{id}/unpublish */
export const unpublishArticle = post('/api/v1/articles/{id}/unpublish', {
  ...manage,
  audited: true,
  params,
  summary: 'Make an article a draft again',
  answers: { 200: Article },
  answersWith: 'getArticle',
  refuses: ['support.article_not_found'],
})

/** PUT /api/v1/articles/{id}/feedback/{userId} */
export const rateArticle = put('/api/v1/articles/{id}/feedback/{userId}', {
  params: { id: ArticleId, userId: UserId },
  summary: 'Say whether a published article was helpful; an account has one vote, which it can change',
  permission: 'article:rate',
  owner: 'path:userId',
  body: Type.Object({ helpful, comment }, closed),
  answers: { 200: ArticleFeedback },
  refuses: ['support.article_not_found'],
})

/** GET /api/v1/articles/{id}/feedback */
export const listArticleFeedback = get('/api/v1/articles/{id}/feedback', {
  ...manage,
  params,
  summary: 'List the votes and comments on an article',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(ArticleFeedback) },
  refuses: ['support.article_not_found'],
})
