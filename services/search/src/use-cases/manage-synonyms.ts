import type { Handler } from '@stoa/contract'
import type { SearchService } from '@stoa/contracts/search/service'
import { readPageById } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { wordsOf } from '../domain/words.ts'
import * as store from '../store/synonyms.ts'

const none = 'There is no such set of synonyms.'
/** A set never changes, so it has one version. */
const version = 1

export const createSynonyms =
  ({ clock, newId }: Deps): Handler<SearchService, 'createSynonyms'> =>
  async ({ body, refuse, commit }) => {
    const words = [...new Set(body.words.map((word) => wordsOf(word).join('')))]
    if (words.length < 2) {
      const fields = [{ pointer: '/words', detail: 'must have two words that differ without case and accents' }]
      return refuse('request.invalid', 'A set of synonyms has at least two words.', { fields })
    }
    return commit(async (tx) => {
      const id = newId()
      await store.insertSynonyms(tx, { id, words, at: clock.now() })
      return { status: 201, id }
    })
  }

export const getSynonyms: Handler<SearchService, 'getSynonyms'> = async ({ params: { id }, db, refuse }) => {
  const found = await store.findSynonyms(db, id)
  return found === undefined ? refuse('search.synonyms_not_found', none) : { status: 200, body: found, version }
}

export const listSynonyms: Handler<SearchService, 'listSynonyms'> = async ({ query, db }) => ({
  status: 200,
  body: await readPageById(query, (after, limit) => store.listSynonyms(db, after, limit)),
})

export const deleteSynonyms: Handler<SearchService, 'deleteSynonyms'> = async ({
  params: { id },
  expectedVersion,
  refuse,
  commit,
}) =>
  commit(async (tx) => {
    if ((await store.findSynonyms(tx, id)) === undefined) return refuse('search.synonyms_not_found', none)
    if (expectedVersion !== undefined && expectedVersion !== String(version))
      return refuse('request.stale', 'The set has another version.')
    return (await store.deleteSynonyms(tx, id)) ? { status: 204 } : refuse('search.synonyms_not_found', none)
  })
