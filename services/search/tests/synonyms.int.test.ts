import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSearch, type SearchApp } from './search-app.ts'

const staff = { subject: newId(), roles: ['staff'] }
const path = '/api/v1/search/synonyms'
let app: SearchApp
beforeAll(async () => {
  app = await startSearch()
})
afterAll(() => app.service.stop())

const create = (words: readonly string[]) => app.service.request('POST', path, { as: staff, body: { words } })

test('a word also finds its synonyms until they are deleted', async () => {
  await app.create('SYN-1', { name: 'Blue mug' })
  await app.create('SYN-2', { name: 'Blue beaker' })
  expect(await app.names('blue beaker')).toEqual(['Blue beaker'])
  const { status, body } = await create(['Béaker', 'mug', 'tumbler'])
  expect([status, body.words]).toEqual([201, ['beaker', 'mug', 'tumbler']])
  expect(await app.names('blue beaker')).toEqual(['Blue beaker', 'Blue mug'])
  expect((await app.names('tumbler')).toSorted()).toEqual(['Blue beaker', 'Blue mug'])
  expect((await app.find('q=tumbler&facets=category')).facets).toEqual({ category: [{ value: 'tea', count: 2 }] })
  expect(await app.names('blue beaker -mug')).toEqual(['Blue beaker'])
  const { headers } = await app.service.request('GET', `${path}/${body.id}`, { as: staff })
  const removed = await app.service.request('DELETE', `${path}/${body.id}`, {
    as: staff,
    headers: { 'if-match': headers.get('etag') ?? '' },
  })
  expect(removed.status).toBe(204)
  expect(await app.names('blue beaker')).toEqual(['Blue beaker'])
  const again = await app.service.request('DELETE', `${path}/${body.id}`, { as: staff, headers: { 'if-match': '*' } })
  expect([again.status, again.body.code]).toEqual([404, 'search.synonyms_not_found'])
})

test('sets are listed page by page', async () => {
  const ids = [(await create(['pot', 'jug'])).body.id, (await create(['tin', 'caddy'])).body.id]
  const first = (await app.service.request('GET', `${path}?limit=1`, { as: staff })).body
  const second = (await app.service.request('GET', `${path}?limit=1&cursor=${first.nextCursor}`, { as: staff })).body
  expect([first, second].flatMap(({ items }) => items.map(({ id }: { id: string }) => id))).toEqual(ids)
})

test('refuses words that are the same, several words in one, and other callers', async () => {
  const same = await create(['Mate', 'maté'])
  expect([same.status, same.body.errors[0].pointer]).toEqual([422, '/words'])
  expect((await create(['tea pot', 'pot'])).status).toBe(422)
  expect((await app.service.request('GET', path, { as: { subject: newId() } })).status).toBe(403)
})
