import { closed, get, PageQuery, pageSchema, post, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { Synonyms } from './resources.ts'

const manage = { permission: 'search-index:manage', owner: 'none' } as const
const { id, words } = Synonyms.properties

/** GET /api/v1/search/synonyms */
export const listSynonyms = get('/api/v1/search/synonyms', {
  ...manage,
  summary: 'List the sets of synonyms',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Synonyms) },
})

/** POST /api/v1/search/synonyms */
export const createSynonyms = post('/api/v1/search/synonyms', {
  ...manage,
  audited: true,
  summary: 'Declare words to mean the same; a search for one of them finds the others too, from the next search on',
  body: Type.Object({ words }, closed),
  answers: { 201: Synonyms },
  answersWith: 'getSynonyms',
})

/** GET /api/v1/search/synonyms/{id} */
export const getSynonyms = get('/api/v1/search/synonyms/{id}', {
  ...manage,
  params: { id },
  summary: 'Read a set of synonyms',
  answers: { 200: Synonyms },
  refuses: ['search.synonyms_not_found'],
})

/** DELETE /api/v1/search/synonyms/{id} */
export const deleteSynonyms = remove('/api/v1/search/synonyms/{id}', {
  ...manage,
  audited: true,
  params: { id },
  summary: 'Delete a set of synonyms',
  answers: { 204: null },
  refuses: ['search.synonyms_not_found'],
})
