/** For whom passkeys are made, as WebAuthn names it: a passkey signs in on pages of these origins alone. */
export interface RelyingParty {
  /** A domain, which is that of each origin or a parent of it. */
  readonly id: string
  readonly name: string
  readonly origins: readonly string[]
}

interface Settings {
  /** The address of the system as browsers see it. */
  readonly authIssuer: string
  readonly passkeyRpId?: string | undefined
  readonly passkeyOrigins: readonly string[]
}

/**
 * The relying party of a system: by default the domain and the origin of its issuer. Browsers make no passkeys for IP addresses; so that
 * of the loopback address is `localhost`, at the same port.
 */
export function relyingPartyOf({ authIssuer, passkeyRpId, passkeyOrigins }: Settings): RelyingParty {
  const issuer = new URL(authIssuer)
  const isLoopback = issuer.hostname === '[::1]' || /^127(\.\d+){3}$/.test(issuer.hostname)
  const origins = passkeyOrigins.length > 0 ? passkeyOrigins.map((each) => new URL(each).origin) : [issuer.origin]
  if (!isLoopback) return { id: passkeyRpId ?? issuer.hostname, name: 'Stoa', origins }
  const named = new URL(issuer.origin)
  named.hostname = 'localhost'
  return { id: passkeyRpId ?? named.hostname, name: 'Stoa', origins: [...origins, named.origin] }
}
