import type { ReadHandle } from '@stoa/contract'
import { equalsInConstantTime, fingerprint, registryTokenOf } from '@stoa/security'
import { findAccepted } from './store/routes.ts'

type Headers = { readonly [name: string]: string | undefined }

/**
 * Whether a request may change the instances of a service: with the token of the system those of every service, and with the one that is
 * derived from it for a service, or was given to an accepted service, its own.
 */
export async function mayChange(
  db: ReadHandle,
  { token, headers, service }: { readonly token: string; readonly headers: Headers; readonly service: string },
): Promise<boolean> {
  const given = headers['x-registry-token'] ?? ''
  if (equalsInConstantTime(given, token)) return true
  if (given === '') return false
  if (equalsInConstantTime(given, registryTokenOf(token, service))) return true
  const accepted = await findAccepted(db, service)
  if (accepted === undefined) return false
  const known = [accepted.tokenFingerprint, accepted.earlierTokenFingerprint ?? accepted.tokenFingerprint]
  return known.some((each) => equalsInConstantTime(fingerprint(given), each))
}
