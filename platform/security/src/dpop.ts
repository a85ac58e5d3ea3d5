import { createHash } from 'node:crypto'
import { type AppError, type Clock, platformError } from '@stoa/kernel'
import type { JWTPayload } from 'jose'
import { JOSEError } from 'jose/errors'
import { EmbeddedJWK } from 'jose/jwk/embedded'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { jwtVerify } from 'jose/jwt/verify'
import type { Claims } from './claims.ts'

/** A proof with the request and the access token that it came with. */
export interface PresentedProof {
  /** The value of the `DPoP` header. */
  readonly proof: string | undefined
  readonly token: string
  /** The verified claims of the token. */
  readonly claims: Claims
  readonly method: string
  /** The URL that clients use, without query and fragment. */
  readonly url: string
}

/** Verifies that the sender of an access token has the key that the token is bound to. */
export interface ProofVerifier {
  /** Rejects with AppError `auth.proof_invalid`, or `auth.token_invalid` for a token that is bound to no key. */
  readonly verify: (presented: PresentedProof) => Promise<void>
}

/** The algorithms that proofs may be signed with. */
export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'Ed25519', 'EdDSA']

const MAX_PROOF_LENGTH = 4_096
/** How old a proof may be; clocks of clients may be ahead by as much. */
const VALID_SECONDS = 60

/**
 * Makes a verifier of DPoP proofs (RFC 9449, section 4.3). A proof is good for one request at this verifier: it remembers the last
 * `maxRemembered` (200,000 by default) for as long as they are valid; another process does not know them.
 */
export function createProofVerifier({
  clock,
  maxRemembered = 200_000,
}: {
  readonly clock: Clock
  readonly maxRemembered?: number
}): ProofVerifier {
  const isFirstUse = rememberProofs(maxRemembered)
  return {
    async verify({ proof, token, claims, method, url }) {
      const thumbprint = boundKeyOf(claims)
      if (thumbprint === undefined) throw platformError('auth.token_invalid', 'The token is bound to no key.')
      if (proof === undefined) throw invalid('The request has no DPoP header with a proof.')
      if (proof.length > MAX_PROOF_LENGTH) throw invalid('The proof is too long.')
      const nowMs = clock.now().epochMilliseconds
      const { payload, signer } = await readProof(proof, new Date(nowMs))
      if (signer !== thumbprint) throw invalid('The proof is signed with another key than that of the token.')
      if (payload['htm'] !== method) throw invalid('The proof is for another method.')
      if (!isSameUrl(payload['htu'], url)) throw invalid(`The proof is for another URL than ${url}.`)
      if (payload['ath'] !== hashOf(token)) throw invalid('The proof is for another token.')
      if (!(Math.abs(nowMs / 1_000 - Number(payload.iat)) <= VALID_SECONDS)) {
        throw invalid(`The proof was not made within the last ${VALID_SECONDS} seconds.`)
      }
      if (typeof payload.jti !== 'string' || payload.jti === '') throw invalid('The proof has no jti.')
      if (!isFirstUse(hashOf(`${thumbprint} ${payload.jti}`), nowMs)) throw invalid('The proof was used before.')
    },
  }
}

/** The thumbprint (RFC 7638) of the key that a token is bound to, if it is bound to one. */
export function boundKeyOf({ cnf }: Claims): string | undefined {
  return cnf?.jkt
}

async function readProof(
  proof: string,
  currentDate: Date,
): Promise<{ readonly payload: JWTPayload; readonly signer: string }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...PROOF_ALGORITHMS],
      typ: 'dpop+jwt',
      currentDate,
    })
    return { payload, signer: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) }
  } catch (error) {
    // keys that do not fit their algorithm are a TypeError or a DOMException of the Web Cryptography API
    if (error instanceof JOSEError || error instanceof TypeError || error instanceof DOMException)
      throw invalid('The proof is not a JWT that its own key has signed.', error)
    throw error
  }
}

/** RFC 9449 compares normalised URLs, without query and fragment. */
function isSameUrl(given: unknown, url: string): boolean {
  if (typeof given !== 'string') return false
  const parsed = URL.parse(given)
  if (parsed === null) return false
  parsed.search = ''
  parsed.hash = ''
  return parsed.href === URL.parse(url)?.href
}

/** Notes what was used, in two generations: each lasts at least as long as a proof is valid, unless more come than may be remembered. */
function rememberProofs(most: number): (id: string, nowMs: number) => boolean {
  const generationMs = 2 * VALID_SECONDS * 1_000
  let young = new Set<string>()
  let old = new Set<string>()
  let begunMs = -Infinity
  return (id, nowMs) => {
    if (nowMs - begunMs > generationMs || young.size >= most / 2) {
      old = young
      young = new Set()
      begunMs = nowMs
    }
    if (young.has(id) || old.has(id)) return false
    young.add(id)
    return true
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function invalid(detail: string, cause?: unknown): AppError {
  return platformError('auth.proof_invalid', detail, cause === undefined ? {} : { cause })
}
