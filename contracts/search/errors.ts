import { errors } from '@stoa/contract'

/** The errors that search returns. */
export const searchErrors = errors({
  'search.unknown': {
    kind: 'invalid',
    title: 'No such search',
    why: 'There is no search with this id: it was not made here, or it is older than the retention of search analytics.',
    fix: 'Send the id of a response of GET /api/v1/search.',
  },
  'search.index_not_found': {
    kind: 'not_found',
    title: 'No such index',
    why: 'There is no version of an index with this id.',
    fix: 'Choose an id from the list of indexes.',
  },
  'search.synonyms_not_found': {
    kind: 'not_found',
    title: 'No such set of synonyms',
    why: 'There is no set of synonyms with this id.',
    fix: 'Choose an id from the list of synonyms.',
  },
})
