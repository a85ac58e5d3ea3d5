import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Article, ArticleId, ArticleVersion, TicketTopic } from '@stoa/contracts/support/resources'
import type { UserId } from '@stoa/contracts/shared/ids'
import { compact } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

/** An article without its texts. */
export interface StoredArticle {
  readonly id: ArticleId
  readonly key: string
  readonly locale: string
  readonly topic: TicketTopic
  readonly latestVersion: number
  readonly publishedVersion: number | null
  readonly publishedAt: Temporal.Instant | null
  readonly updatedAt: Temporal.Instant
  readonly revision: number
}

const columns = fragment`a.id, a.key, a.locale, a.topic, a.latest_version as "latestVersion",
  a.published_version as "publishedVersion", a.published_at as "publishedAt", a.updated_at as "updatedAt", a.revision`

/** The text of a version. */
export interface ArticleText {
  readonly title: string
  readonly body: string
}

/** Inserts a draft; returns false if the key exists in this locale. */
export async function insertArticle(
  tx: WriteHandle,
  {
    id,
    key,
    locale,
    topic,
    at,
  }: Pick<StoredArticle, 'id' | 'key' | 'locale' | 'topic'> & { readonly at: Temporal.Instant },
): Promise<boolean> {
  const rows = await tx.sql`
    insert into articles (id, key, locale, topic, latest_version, updated_at) values (${id}, ${key}, ${locale}, ${topic}, 1, ${at})
      on conflict do nothing returning 1`
  return rows.length > 0
}

export async function insertVersion(
  tx: WriteHandle,
  id: string,
  version: number,
  { title, body, authorId, at }: ArticleText & { readonly authorId: string | null; readonly at: Temporal.Instant },
): Promise<void> {
  await tx.sql`
    insert into article_versions (article_id, version, title, body, author_id, created_at)
      values (${id}, ${version}, ${title}, ${body}, ${authorId}, ${at})`
}

/** The article of this id, its row locked. */
export async function lockArticle(tx: WriteHandle, id: string): Promise<StoredArticle | undefined> {
  const [row] = await tx.sql<StoredArticle>`select ${columns} from articles a where id = ${id} for update`
  return row
}

/** The article of this id, which is not deleted before the transaction ends. */
export async function holdArticle(tx: WriteHandle, id: string): Promise<StoredArticle | undefined> {
  const [row] = await tx.sql<StoredArticle>`select ${columns} from articles a where id = ${id} for key share`
  return row
}

export async function findArticle(db: ReadHandle, id: string): Promise<StoredArticle | undefined> {
  const [row] = await db.sql<StoredArticle>`select ${columns} from articles a where id = ${id}`
  return row
}

/** The text of a version. */
export async function findText(db: ReadHandle, id: string, version: number): Promise<ArticleText | undefined> {
  const [row] = await db.sql<ArticleText>`
    select title, body from article_versions where article_id = ${id} and version = ${version}`
  return row
}

/** Notes the next version of a locked article as its newest. */
export async function raiseVersion(
  tx: WriteHandle,
  id: string,
  { topic, at }: { readonly topic: TicketTopic; readonly at: Temporal.Instant },
): Promise<void> {
  await tx.sql`
    update articles set latest_version = latest_version + 1, topic = ${topic}, updated_at = ${at}, revision = revision + 1
      where id = ${id}`
}

/** Publishes a version, with the words by which it is found. */
export async function setPublished(
  tx: WriteHandle,
  id: string,
  version: number,
  { title, body, at }: ArticleText & { readonly at: Temporal.Instant },
): Promise<void> {
  await tx.sql`
    update articles set published_version = ${version}, published_at = ${at}, updated_at = ${at}, revision = revision + 1,
        words = setweight(to_tsvector(article_dictionary(locale), ${title}), 'A')
             || setweight(to_tsvector(article_dictionary(locale), ${body}), 'B')
      where id = ${id}`
}

export async function setUnpublished(tx: WriteHandle, id: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    update articles set published_version = null, published_at = null, words = null, updated_at = ${at},
        revision = revision + 1 where id = ${id}`
}

export async function deleteArticle(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`delete from articles where id = ${id}`
}

interface VersionRow extends ArticleText {
  readonly version: number
  readonly author_id: UserId | null
  readonly created_at: Temporal.Instant
}

/** Versions of an article before a number, newest first. */
export async function listVersions(
  db: ReadHandle,
  id: string,
  before: number | undefined,
  limit: number,
): Promise<ArticleVersion[]> {
  const earlier = before === undefined ? fragment`` : fragment`and version < ${before}`
  const rows = await db.sql<VersionRow>`
    select version, title, body, author_id, created_at from article_versions
      where article_id = ${id} ${earlier} order by version desc limit ${limit}`
  return rows.map(({ author_id, created_at, ...rest }) => ({
    ...rest,
    createdAt: created_at.toString(),
    ...compact({ authorId: author_id ?? undefined }),
  }))
}

/** A place in a list of articles: after the one with this id, and in a search with this rank. */
export interface ArticlePlace {
  readonly id: string
  readonly rank: string
}

/** Which articles a list contains. */
export interface ArticleFilter {
  /** Whether drafts are part of it, and the newest texts instead of the published ones. */
  readonly isStaff: boolean
  readonly words?: string | undefined
  readonly locale?: string | undefined
  readonly topic?: string | undefined
  readonly key?: string | undefined
  readonly status?: Article['status'] | undefined
  readonly after?: ArticlePlace | undefined
  readonly limit: number
}

/** An article of a list. */
export interface FoundArticle extends StoredArticle {
  readonly title: string
  readonly excerpt: string
  readonly rank: string
}

/** Articles by rank, or newest first. A search finds published texts only; a locale such as de-AT also finds articles in de. */
export async function listArticles(db: ReadHandle, filter: ArticleFilter): Promise<FoundArticle[]> {
  const { isStaff, words, locale, topic, key, status, after, limit } = filter
  const query = fragment`websearch_to_tsquery(article_dictionary(${locale ?? ''}), ${words ?? ''})`
  const rank = words === undefined ? fragment`0::real` : fragment`ts_rank(a.words, ${query})`
  const isPublicOnly = !isStaff || words !== undefined || status === 'published'
  const version = isPublicOnly ? fragment`a.published_version` : fragment`a.latest_version`
  return db.sql<FoundArticle>`
    select ${columns}, v.title, left(v.body, 200) as excerpt, (${rank})::text as rank
      from articles a join article_versions v on v.article_id = a.id and v.version = ${version}
     where true
      ${isPublicOnly ? fragment`and a.published_version is not null` : fragment``}
      ${status === 'draft' ? fragment`and a.published_version is null` : fragment``}
      ${words === undefined ? fragment`` : fragment`and a.words @@ ${query}`}
      ${locale === undefined ? fragment`` : fragment`and a.locale in (${locale}, left(${locale}, 2))`}
      ${topic === undefined ? fragment`` : fragment`and a.topic = ${topic}`}
      ${key === undefined ? fragment`` : fragment`and a.key = ${key}`}
      ${after === undefined ? fragment`` : fragment`and (${rank}, a.id) < (${after.rank}::real, ${after.id}::uuid)`}
     order by ${rank} desc, a.id desc limit ${limit}`
}
