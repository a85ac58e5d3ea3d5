import { newId } from '@stoa/kernel'
import type { Claims, TokenVerifier } from '@stoa/security'

/** The claims of a token of the shop. */
export const claimsOf = (sub: string, roles: readonly string[]): Claims => ({
  iss: 'i',
  sub,
  aud: 'stoa',
  exp: 0,
  iat: 0,
  jti: newId(),
  client_id: 'stoa-shop',
  scope: 'stoa',
  roles: [...roles],
  tier: 'free',
})

/** A verifier that knows tokens by this function alone. */
export const testVerifier = (verify: TokenVerifier['verify']): TokenVerifier => ({
  verify,
  forget() {},
  revokeSessions() {},
  knowsEnded() {},
  checkKeys: async () => 1,
})
