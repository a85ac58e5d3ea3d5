import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSearch, type SearchApp } from './search-app.ts'

const analyst = { subject: newId(), roles: ['analyst'] }
let app: SearchApp
beforeAll(async () => {
  app = await startSearch()
})
afterAll(() => app.service.stop())

const click = (searchId: string, productId: string) =>
  app.service.request('POST', '/api/v1/search/clicks', { body: { searchId, productId } })
const analytics = async (query = '') =>
  (await app.service.request('GET', `/api/v1/search/analytics${query}`, { as: analyst })).body

test('counts queries, those without results, and searches of which a result was chosen', async () => {
  const id = await app.create('ANA-1', { name: 'Sencha one' })
  await app.create('ANA-2', { name: 'Sencha two' })
  const first = await app.find('q=Sencha&limit=1')
  expect((await app.find(`q=Sencha&limit=1&cursor=${first.nextCursor}`)).id).toBe(first.id)
  await app.find('q=sencha!')
  await app.find('q=zzzz')
  await app.find('q=!!!')
  expect((await click(first.id, id)).status).toBe(204)
  expect((await click(first.id, id)).status).toBe(204)
  await eventually(async () =>
    expect(await analytics()).toMatchObject({
      searches: 3,
      withoutResults: 1,
      clickThroughRate: 0.5,
      topQueries: [
        { query: 'sencha', searches: 2, clicks: 1 },
        { query: 'zzzz', searches: 1, clicks: 0 },
      ],
      queriesWithoutResults: [{ query: 'zzzz', searches: 1, clicks: 0 }],
    }),
  )
  expect(await analytics('?to=2020-01-01T00:00:00Z')).toMatchObject({
    searches: 0,
    clickThroughRate: 0,
    topQueries: [],
  })
})

test('a click on a search that was not made is refused', async () => {
  const { status, body } = await click(newId(), newId())
  expect([status, body.code]).toEqual([422, 'search.unknown'])
})

const clicksOf = async (searchId: string) =>
  (await app.service.database.read.sql`select 1 as one from clicks where search_id = ${searchId}`).length

test('a click on a product that no search finds is accepted and not stored', async () => {
  const draft = await app.create('ANA-3', { name: 'Sencha draft', status: 'draft' })
  const { id } = await app.find('q=sencha')
  for (const productId of [draft, newId()]) expect((await click(id, productId)).status).toBe(204)
  expect(await clicksOf(id)).toBe(0)
})

test('a search has a limited number of clicks', async () => {
  const product = await app.create('ANA-4', { name: 'Sencha four' })
  const { id } = await app.find('q=sencha')
  await eventually(async () => expect((await click(id, product)).status).toBe(204))
  await app.service.database.transaction(async ({ sql }) => {
    await sql`insert into clicks select ${id}, gen_random_uuid(), now() from generate_series(1, 99)`
  })
  expect((await click(id, await app.create('ANA-5'))).status).toBe(204)
  expect(await clicksOf(id)).toBe(100)
})

test('the default period of analytics begins at the first instant of a response at the earliest', async () => {
  expect(await analytics('?to=0001-01-02T00:00:00Z')).toMatchObject({ from: '0001-01-01T00:00:00Z', searches: 0 })
})

test('old searches are deleted with their clicks, however many there are', async () => {
  const product = await app.create('ANA-6')
  const old = await app.find('q=oldest')
  expect((await click(old.id, product)).status).toBe(204)
  expect(await clicksOf(old.id)).toBe(1)
  await app.service.database.transaction(async ({ sql }) => {
    await sql`update searches set at = at - interval '91 days' where id = ${old.id}`
    await sql`
      insert into searches select gen_random_uuid(), 'older', 0, now() - interval '92 days' from generate_series(1, 60000)`
  })
  expect(await app.service.runTask('prune-searches', {})).toEqual({ status: 'completed' })
  const { read } = app.service.database
  expect(await read.sql`select 1 from searches where id = ${old.id}`).toEqual([])
  expect(await read.sql`select 1 from clicks where search_id = ${old.id}`).toEqual([])
  expect(await read.sql`select 1 as one from searches where query = 'zzzz'`).toHaveLength(1)
})

test('customers cannot read the analytics', async () => {
  expect((await app.service.request('GET', '/api/v1/search/analytics', { as: { subject: newId() } })).status).toBe(403)
})
