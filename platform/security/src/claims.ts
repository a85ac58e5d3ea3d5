import type { JWTPayload } from 'jose'

/** The claims of a verified access token (RFC 9068): a person's, or a service's when `sub` is the client itself. */
export interface Claims extends JWTPayload {
  readonly iss: string
  readonly sub: string
  readonly aud: string | string[]
  readonly exp: number
  readonly iat: number
  readonly jti: string
  readonly client_id: string
  /** Space-separated scopes; of a service's token the full names of the methods it may call. */
  readonly scope?: string
  readonly email?: string
  readonly roles?: string[]
  readonly tier?: string
  /** How the person was authenticated (RFC 8176): `pwd`, and `otp` and `mfa` with a second factor; `pop` and `mfa` with a passkey. */
  readonly amr?: string[]
  /** The session the token was minted in; its end ends the token. */
  readonly sid?: string
  /** The thumbprint of the key that the sender must prove to have (RFC 9449, section 6). */
  readonly cnf?: { readonly jkt?: string }
}

/** The audience of tokens for people and their programs; a service's token has the callee's name. */
export const PUBLIC_AUDIENCE = 'stoa'

const RESOURCE_PREFIX = 'urn:stoa:'

/** Returns the resource indicator (RFC 8707) that requests a token with this audience. */
export function resourceOf(audience: string): string {
  return RESOURCE_PREFIX + audience
}

/** Returns the audience of a resource indicator, if it is one of ours. */
export function audienceOf(resource: string): string | undefined {
  return resource.startsWith(RESOURCE_PREFIX) ? resource.slice(RESOURCE_PREFIX.length) : undefined
}
