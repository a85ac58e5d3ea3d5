import type { Handler, Tx } from '@stoa/contract'
import { articleDeleted, articlePublished, articleUpdated } from '@stoa/contracts/support/events'
import type { ArticleId } from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import * as store from '../store/articles.ts'
import { noArticle } from './read-articles.ts'

export const createArticle =
  ({ clock, newId }: Deps): Handler<SupportService, 'createArticle'> =>
  async ({ body: { key, locale, topic, title, body }, caller, refuse, commit }) =>
    commit(async (tx) => {
      const [id, at] = [newId() as ArticleId, clock.now()]
      if (!(await store.insertArticle(tx, { id, key, locale, topic, at })))
        return refuse('support.article_exists', `The article ${key} exists in ${locale}.`)
      await store.insertVersion(tx, id, 1, { title, body, authorId: caller.subject, at })
      return { status: 201, id }
    })

export const replaceArticle =
  ({ clock }: Deps): Handler<SupportService, 'replaceArticle'> =>
  async ({ params: { id }, body: { topic, title, body }, caller, expectedVersion, refuse, commit }) =>
    commit(async (tx) => {
      const article = await store.lockArticle(tx, id)
      if (article === undefined) return refuse(noArticle(id))
      requireVersion(expectedVersion, { version: article.revision }, 'article')
      const at = clock.now()
      await store.insertVersion(tx, id, article.latestVersion + 1, { title, body, authorId: caller.subject, at })
      await store.raiseVersion(tx, id, { topic, at })
      return { status: 200, id }
    })

export const publishArticle =
  ({ clock }: Deps): Handler<SupportService, 'publishArticle'> =>
  async ({ params: { id }, body, refuse, commit }) =>
    commit(async (tx) => {
      const article = await store.lockArticle(tx, id)
      if (article === undefined) return refuse(noArticle(id))
      const version = body?.version ?? article.latestVersion
      const text = await store.findText(tx, id, version)
      if (text === undefined) return refuse('support.version_unknown', `The article has no version ${version}.`)
      if (article.publishedVersion === version) return { status: 200, id }
      await store.setPublished(tx, id, version, { ...text, at: clock.now() })
      const { key, locale, topic, publishedVersion } = article
      const fact = { articleId: article.id, key, locale, topic, version, ...text }
      await tx.publish(publishedVersion === null ? articlePublished : articleUpdated, id, fact)
      return { status: 200, id }
    })

/** Publishes that readers no longer see an article; they did not see a draft. */
async function publishDeleted(tx: Tx<SupportService>, article: store.StoredArticle): Promise<void> {
  if (article.publishedVersion === null) return
  const { id, key, locale } = article
  await tx.publish(articleDeleted, id, { articleId: id, key, locale })
}

export const unpublishArticle =
  ({ clock }: Deps): Handler<SupportService, 'unpublishArticle'> =>
  async ({ params: { id }, refuse, commit }) =>
    commit(async (tx) => {
      const article = await store.lockArticle(tx, id)
      if (article === undefined) return refuse(noArticle(id))
      if (article.publishedVersion !== null) await store.setUnpublished(tx, id, clock.now())
      await publishDeleted(tx, article)
      return { status: 200, id }
    })

export const deleteArticle: Handler<SupportService, 'deleteArticle'> = async ({
  params: { id },
  expectedVersion,
  refuse,
  commit,
}) =>
  commit(async (tx) => {
    const article = await store.lockArticle(tx, id)
    if (article === undefined) return refuse(noArticle(id))
    requireVersion(expectedVersion, { version: article.revision }, 'article')
    await store.deleteArticle(tx, id)
    await publishDeleted(tx, article)
    return { status: 204 }
  })
