import { articleDeleted, articlePublished, articleUpdated } from '@stoa/contracts/support/events'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agent, customerOf, startSupport, type SupportApp } from './support-app.ts'

let app: SupportApp
beforeAll(async () => {
  app = await startSupport()
})
afterAll(() => app.service.stop())

const at = '/api/v1/articles'
const text = { title: 'How to return goods', body: 'Open the order and choose what to return.' }
const newKey = () => `k-${newId()}`
const staff = (method: string, path: string, body?: unknown) =>
  app.service.request(method, path, { as: agent, body, ...(method === 'PUT' ? { headers: { 'if-match': '*' } } : {}) })
const create = async (more: object = {}) =>
  (await staff('POST', at, { key: newKey(), locale: 'en', topic: 'return', ...text, ...more })).body
const published = async (more: object = {}) =>
  (await staff('POST', `${at}/${(await create(more)).id}/publish`, {})).body
/** As anyone, without a token. */
const anyone = (path: string) => app.service.request('GET', path)
const found = async (query: string) => (await anyone(`${at}?${query}`)).body.items.map(({ id }: { id: string }) => id)

test('readers see an article from when it is published, without the versions after it, until it is a draft again', async () => {
  const { id, status } = await create()
  const one = `${at}/${id}`
  expect([status, (await anyone(one)).status]).toEqual(['draft', 404])
  await staff('POST', `${one}/publish`, {})
  expect((await anyone(one)).body).toMatchObject({ ...text, version: 1, status: 'published' })
  const next = await staff('PUT', one, { topic: 'return', title: 'Returns', body: 'New' })
  expect(next.body).toMatchObject({ title: 'Returns', version: 2, publishedVersion: 1 })
  expect((await anyone(one)).body).toMatchObject({ ...text, version: 1 })
  await staff('POST', `${one}/publish`, {})
  await staff('POST', `${one}/publish`, {})
  expect((await anyone(one)).body).toMatchObject({ title: 'Returns', version: 2 })
  // back to the earlier one
  await staff('POST', `${one}/publish`, { version: 1 })
  expect((await anyone(one)).body).toMatchObject({ ...text, version: 1 })
  expect((await staff('POST', `${one}/publish`, { version: 9 })).body.code).toBe('support.version_unknown')
  await staff('POST', `${one}/unpublish`)
  await staff('POST', `${one}/unpublish`)
  expect((await anyone(one)).body.code).toBe('support.article_not_found')
  const versions = (await staff('GET', `${one}/versions?limit=1`)).body
  expect(versions.items).toMatchObject([{ version: 2, title: 'Returns', authorId: agent.subject }])
  const earlier = (await staff('GET', `${one}/versions?limit=1&cursor=${versions.nextCursor}`)).body
  expect([earlier.items.length, earlier.items[0].version, earlier.nextCursor]).toEqual([1, 1, undefined])

  expect(await app.publishedOf(articlePublished.type, id)).toMatchObject([{ version: 1, ...text }])
  expect(await app.publishedOf(articleUpdated.type, id)).toMatchObject([{ version: 2 }, { version: 1 }])
  expect(await app.publishedOf(articleDeleted.type, id)).toHaveLength(1)
})

test('only a published article is published as deleted', async () => {
  const [draft, article] = [await create(), await published()]
  for (const { id } of [draft, article]) {
    const as = { as: agent, headers: { 'if-match': '*' } }
    expect((await app.service.request('DELETE', `${at}/${id}`, as)).status).toBe(204)
    expect((await staff('GET', `${at}/${id}`)).status).toBe(404)
  }
  expect(await app.publishedOf(articleDeleted.type, draft.id)).toEqual([])
  expect(await app.publishedOf(articleDeleted.type, article.id)).toMatchObject([{ key: article.key, locale: 'en' }])
})

test('a key has one article in each language', async () => {
  const key = newKey()
  const made = await Promise.all([1, 2].map(() => staff('POST', at, { key, locale: 'en', topic: 'return', ...text })))
  expect(made.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 409])
  const german = await published({ key, locale: 'de' })
  expect(await found(`key=${key}&locale=de-AT`)).toEqual([german.id])
})

test('words find published texts in their inflections, titles first; drafts are for staff', async () => {
  const word = `w${newId().replaceAll('-', '')}`
  const inBody = await published({ body: `About ${word} and invoices` })
  const inTitle = await published({ title: `The ${word}` })
  const german = await published({ locale: 'de', body: `Rechnungen ${word}` })
  const draft = await create({ body: word })
  expect(await found(`q=${word}&locale=en`)).toEqual([inTitle.id, inBody.id])
  expect(await found(`q=${word}%20invoice&locale=en`)).toEqual([inBody.id])
  expect(await found(`q=${word}%20Rechnung&locale=de-AT`)).toEqual([german.id])
  expect(await found(`q=${word}%20-invoice&locale=en`)).toEqual([inTitle.id])
  expect(await found(`q=${word}&locale=en&topic=payment`)).toEqual([])
  const first = (await anyone(`${at}?q=${word}&locale=en&limit=1`)).body
  const second = (await anyone(`${at}?q=${word}&locale=en&limit=1&cursor=${first.nextCursor}`)).body
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([inTitle.id, inBody.id])
  expect(second.nextCursor).toBeUndefined()
  const noLocale = await anyone(`${at}?q=${word}`)
  expect([noLocale.status, noLocale.body.errors[0].pointer]).toEqual([422, '/locale'])

  expect(await found(`key=${draft.key}`)).toEqual([])
  expect(await found(`key=${draft.key}&status=draft`)).toEqual([])
  const listed = (await staff('GET', `${at}?key=${draft.key}&status=draft`)).body.items
  expect(listed).toMatchObject([{ id: draft.id, status: 'draft', excerpt: word }])
  expect((await staff('GET', `${at}?key=${draft.key}&status=published`)).body.items).toEqual([])
  // the words of an unpublished article find it no more
  await staff('POST', `${at}/${inTitle.id}/unpublish`)
  expect(await found(`q=${word}&locale=en`)).toEqual([inBody.id])
})

test('an account has one vote on an article, which goes with it', async () => {
  const [ada, eve] = [customerOf(), customerOf()]
  const { id } = await published()
  const vote = (as: typeof ada, helpful: boolean, of = id) =>
    app.service.request('PUT', `${at}/${of}/feedback/${as.subject}`, { as, body: { helpful, comment: 'So so' } })
  expect((await vote(ada, true, (await create()).id)).status).toBe(404)
  await Promise.all([vote(ada, true), vote(ada, true), vote(eve, true)])
  expect((await vote(ada, false)).status).toBe(200)
  const votes = async () => (await staff('GET', `${at}/${id}`)).body.votes
  expect(await votes()).toEqual({ helpful: 1, notHelpful: 1 })
  expect((await anyone(`${at}/${id}`)).body.votes).toBeUndefined()
  const ofAda = `${at}/${id}/feedback/${ada.subject}`
  expect((await app.service.request('PUT', ofAda, { body: { helpful: true } })).status).toBe(401)
  expect((await app.service.request('PUT', ofAda, { as: eve, body: { helpful: true } })).status).toBe(404)
  expect((await app.service.request('GET', `${at}/${id}/feedback`, { as: ada })).status).toBe(403)
  const comments = (await staff('GET', `${at}/${id}/feedback`)).body.items
  expect(comments.map(({ userId }: { userId: string }) => userId)).toEqual([ada.subject, eve.subject].toSorted())
  const { body } = await app.service.request('GET', `/personal-data/${ada.subject}`, { as: ada })
  expect(body.articleVotes).toMatchObject([{ articleId: id, helpful: false, comment: 'So so' }])
  await app.service.receive(userDeleted, ada.subject, { userId: ada.subject })
  await app.service.receive(userDeleted, agent.subject, { userId: agent.subject })
  const other = { subject: newId(), roles: ['staff'] }
  await eventually(async () => {
    const article = await app.service.request('GET', `${at}/${id}`, { as: other })
    expect(article.body.votes).toEqual({ helpful: 1, notHelpful: 0 })
    const { items } = (await app.service.request('GET', `${at}/${id}/versions`, { as: other })).body
    expect(items[0].authorId).toBeUndefined()
  })
})

test.each(['e', '..', '1e99', '1e-99', '-1'])('a cursor with the rank %s is refused', async (rank) => {
  const cursor = Buffer.from(JSON.stringify({ id: newId(), rank })).toString('base64url')
  expect((await anyone(`/api/v1/articles?q=tea&locale=en&cursor=${cursor}`)).status).toBe(422)
})
