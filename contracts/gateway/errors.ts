import { errors } from '@stoa/contract'
import { orderErrors } from '../order/errors.ts'

/** The errors of the gateway's own routes, and those of the reads that they consist of. */
export const gatewayErrors = errors({
  'order.not_found': orderErrors['order.not_found'],
  'graph.too_deep': {
    kind: 'invalid',
    title: 'The query is nested too deeply',
    why: 'A query of /graphql selects objects within objects over more levels than the gateway allows.',
    fix: 'Select fewer levels, or send a second query with the ids of the first.',
  },
  'graph.too_many_aliases': {
    kind: 'invalid',
    title: 'The query has too many aliases',
    why: 'A query of /graphql renames more fields than the gateway allows.',
    fix: 'Select lists instead of many single objects, or send several queries.',
  },
  'graph.too_costly': {
    kind: 'invalid',
    title: 'The query may return too much',
    why: 'The pages that a query of /graphql selects within each other may contain too many objects, or need too many reads.',
    fix: 'Set `limit` on the lists, select fewer relations, and fetch the other pages with `cursor`.',
  },
  'graph.persisted_query_unknown': {
    kind: 'not_found',
    title: 'The gateway does not know the query of this hash',
    why: 'No query with this SHA-256 was sent to this gateway lately.',
    fix: 'Send the query once together with its hash; clients of automatic persisted queries do so by themselves.',
  },
  'graph.persisted_query_mismatch': {
    kind: 'invalid',
    title: 'The hash does not belong to the query',
    why: 'The hash in `extensions.persistedQuery.sha256Hash` is not the SHA-256 of the query that was sent with it.',
    fix: 'Calculate the hash from the exact text of the query, in lower-case hexadecimal.',
  },
})
