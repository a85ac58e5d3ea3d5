import { gatewayErrors } from '@stoa/contracts/gateway/errors'
import { catalogueError } from '@stoa/kernel'
import { createBoundedCache } from '@stoa/security'
import { createHash } from 'node:crypto'

/** The queries that clients may name by their hash. */
export interface PersistedQueries {
  /** The query with this SHA-256, in hexadecimal. Throws AppError `graph.persisted_query_unknown`. */
  readonly find: (hash: string) => string
  /** Throws AppError `graph.persisted_query_mismatch` if the query has another hash. */
  readonly check: (hash: string, query: string) => void
  /** Keeps a checked query that is valid; too long ones are not kept. */
  readonly keep: (hash: string, query: string) => void
}

const mostQueries = 1_000
const longestKept = 16_384

/** Makes the store of one gateway, in memory: what was asked for least lately is forgotten. */
export function persistedQueries(): PersistedQueries {
  const kept = createBoundedCache<string>(mostQueries)
  return {
    find(hash) {
      const query = kept.get(hash)
      if (query !== undefined) return query
      // the text that clients of automatic persisted queries wait for
      throw catalogueError(gatewayErrors, 'graph.persisted_query_unknown', 'PersistedQueryNotFound')
    },
    check(hash, query) {
      if (createHash('sha256').update(query).digest('hex') === hash) return
      throw catalogueError(gatewayErrors, 'graph.persisted_query_mismatch', 'The hash is not the SHA-256 of the query.')
    },
    keep(hash, query) {
      if (query.length <= longestKept) kept.set(hash, query)
    },
  }
}

/** The hash in the extensions of a request, if it has one of version 1. */
export function persistedHash(extensions: unknown): string | undefined {
  const { persistedQuery } = (extensions ?? {}) as {
    persistedQuery?: { version?: unknown; sha256Hash?: unknown } | null
  }
  const { version, sha256Hash } = persistedQuery ?? {}
  if (version !== 1 || typeof sha256Hash !== 'string' || !/^[\da-f]{64}$/.test(sha256Hash)) return undefined
  return sha256Hash
}
