import { closed, get, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { IndexId, SearchIndex } from './resources.ts'

const manage = { permission: 'search-index:manage', owner: 'none' } as const

/** GET /api/v1/search/indexes */
export const listIndexes = get('/api/v1/search/indexes', {
  ...manage,
  summary: 'List the versions of the index, newest first',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(SearchIndex) },
})

/** POST /api/v1/search/indexes */
export const createIndex = post('/api/v1/search/indexes', {
  ...manage,
  audited: true,
  summary:
    'Build a new version of the index, which then takes the place of the live one; a build in progress is returned',
  body: Type.Object({ name: SearchIndex.properties.name }, closed),
  answers: { 202: SearchIndex },
  answersWith: 'getIndex',
})

/** GET /api/v1/search/indexes/{id} */
export const getIndex = get('/api/v1/search/indexes/{id}', {
  ...manage,
  params: { id: IndexId },
  summary: 'Read a version of the index',
  answers: { 200: SearchIndex },
  refuses: ['search.index_not_found'],
})

/** POST /api/v1/search/indexes/{id}/cancel */
export const cancelIndex = post('/api/v1/search/indexes/{id}/cancel', {
  ...manage,
  audited: true,
  params: { id: IndexId },
  summary: 'Cancel the build of a version; a version that is not being built stays as it is',
  answers: { 200: SearchIndex },
  answersWith: 'getIndex',
  refuses: ['search.index_not_found'],
})
