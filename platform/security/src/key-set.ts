import type { CryptoKey, JSONWebKeySet } from 'jose'
import { importJWK } from 'jose/key/import'
import { requestJson } from './request-json.ts'

/** Loads a JSON Web Key Set (RFC 7517). */
export type LoadKeys = () => Promise<JSONWebKeySet>

/** The public keys of the issuer, cached and fetched again when they may have changed. */
export interface KeySet {
  /** Returns the key with this id and algorithm; undefined if the issuer has none. Throws if the issuer could not be reached. */
  readonly find: (keyId: string, algorithm: string) => Promise<CryptoKey | undefined>
  /** Returns the number of cached keys. Fetches them if they are outdated, and rejects while the issuer is unreachable. */
  readonly check: () => Promise<number>
  /** Fetches the keys again before the next use; the cached keys stay valid while the issuer is unreachable. */
  readonly expire: () => void
}

interface KeySetSettings {
  readonly load: LoadKeys
  /** Monotonic: setting back the wall clock must not delay the next fetch. */
  readonly nowMs: () => number
  /** Minimum time between fetches for unknown key ids. */
  readonly minRefetchMs?: number
  /** Minimum time before a fetch is retried after a failure. */
  readonly retryMs?: number
  /** Age at which cached keys are fetched again, in the background. */
  readonly maxAgeMs?: number
}

/**
 * Caches the keys of the issuer. An unknown key id triggers a fetch at most every 10 s (every 250 ms while the issuer
 * does not respond), concurrent callers share one request, and the last known keys are kept while the issuer is unreachable. A revoked key is dropped within 10 minutes.
 */
export function createKeySet({
  load,
  nowMs,
  minRefetchMs = 10_000,
  retryMs = 250,
  maxAgeMs = 600_000,
}: KeySetSettings): KeySet {
  let keys: ReadonlyMap<string, CryptoKey> = new Map()
  let mayAskAt = -Infinity
  let loadedAt = -Infinity
  let lastFailure: unknown
  let isExpired = true
  let asking: Promise<void> | undefined

  const ask = (): Promise<void> => {
    asking ??= load()
      .then(importKeys)
      .then(
        (loaded) => {
          keys = loaded
          loadedAt = nowMs()
          mayAskAt = loadedAt + minRefetchMs
          isExpired = false
          lastFailure = undefined
        },
        (error: unknown) => {
          lastFailure = error
          mayAskAt = nowMs() + retryMs
        },
      )
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  return {
    find: async (keyId, algorithm) => {
      const name = `${algorithm} ${keyId}`
      const mayAsk = asking !== undefined || nowMs() >= mayAskAt
      const known = keys.get(name)
      if (known !== undefined && !isExpired) {
        if (mayAsk && nowMs() - loadedAt > maxAgeMs) void ask()
        return known
      }
      if (mayAsk) await ask()
      const found = keys.get(name)
      if (found === undefined && lastFailure !== undefined) throw issuerAway(lastFailure, keys.size)
      return found
    },
    check: async () => {
      if (nowMs() >= mayAskAt) await ask()
      if (lastFailure !== undefined) throw issuerAway(lastFailure, keys.size)
      return keys.size
    },
    expire: () => {
      isExpired = true
      mayAskAt = -Infinity
    },
  }
}

function issuerAway(cause: unknown, known: number): Error {
  const reason = cause instanceof Error ? cause.message : 'failed'
  return new Error(`the keys of the issuer could not be fetched (${reason}); ${known} known keys are still in use`, {
    cause,
  })
}

/** Fetches the key set from the address that `url` names each time (found by discovery), within `timeoutMs`. */
export function fetchKeys(url: () => string | Promise<string>, timeoutMs = 2_000): LoadKeys {
  return async () => {
    const answer = await requestJson(await url(), { method: 'GET', timeoutMs })
    if (typeof answer !== 'object' || answer === null || !('keys' in answer) || !Array.isArray(answer.keys)) {
      throw new Error('the response of the issuer is not a JSON Web Key Set')
    }
    return answer as JSONWebKeySet
  }
}

async function importKeys(set: JSONWebKeySet): Promise<ReadonlyMap<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>()
  for (const jwk of set.keys) {
    const algorithm = jwk.kty === 'RSA' ? 'RS256' : jwk.kty === 'EC' && jwk.crv === 'P-256' ? 'ES256' : undefined
    if (jwk.kid === undefined || algorithm === undefined || (jwk.alg ?? algorithm) !== algorithm) continue
    if ((jwk.use ?? 'sig') !== 'sig') continue
    const key = await importJWK(jwk, algorithm)
    if (!(key instanceof Uint8Array)) keys.set(`${algorithm} ${jwk.kid}`, key)
  }
  return keys
}
