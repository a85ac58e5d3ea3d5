import type { CryptoKey, JSONWebKeySet } from 'jose'
import { importJWK } from 'jose/key/import'
import { requestJson } from './request-json.ts'

/** Loads a JSON Web Key Set (RFC 7517). */
export type LoadKeys = () => Promise<JSONWebKeySet>

/** The public keys of the issuer, kept and asked for again when they may have changed. */
export interface KeySet {
  /** The key of this id for this algorithm; undefined when the issuer has none. Throws when it could not be asked. */
  readonly find: (keyId: string, algorithm: string) => Promise<CryptoKey | undefined>
  /** Asks for the keys again before the next use; the known ones go on while the issuer is away. */
  readonly expire: () => void
}

interface KeySetSettings {
  readonly load: LoadKeys
  /** Monotonic: a wall clock that is set must not keep the keys as they are for as long as it went back. */
  readonly nowMs: () => number
  /** An unknown key id asks the issuer at most once in this time. */
  readonly minRefetchMs?: number
  /** After a failure it is asked again no sooner than this. */
  readonly retryMs?: number
  /** Known keys older than this are asked for again, behind the request that noticed. */
  readonly maxAgeMs?: number
}

/**
 * Keeps the issuer's keys: asked for on an unknown key id at most every 10 s (every 250 ms while the issuer does not
 * answer), all callers at once sharing one request, and the last known ones kept while the issuer is away. A withdrawn key
 * is forgotten within 10 minutes.
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
      if (found === undefined && lastFailure !== undefined) {
        throw new Error('the issuer’s keys could not be asked for', { cause: lastFailure })
      }
      return found
    },
    expire: () => {
      isExpired = true
      mayAskAt = -Infinity
    },
  }
}

/** Fetches the key set from the address that `url` names each time (found by discovery), within `timeoutMs`. */
export function fetchKeys(url: () => string | Promise<string>, timeoutMs = 2_000): LoadKeys {
  return async () => {
    const answer = await requestJson(await url(), { method: 'GET', timeoutMs })
    if (typeof answer !== 'object' || answer === null || !('keys' in answer) || !Array.isArray(answer.keys)) {
      throw new Error('the issuer’s answer is not a JSON Web Key Set')
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
