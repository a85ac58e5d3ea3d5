/** The other end of a connection with mutual TLS, by its certificate. */
export interface MeshPeer {
  readonly service: string
  /** The certificate is not valid from then on, and no call on the connection is admitted. */
  readonly expiresMs: number
}

const peers = new WeakMap<object, MeshPeer>()

/** The peer of an HTTP/2 session; undefined for one without TLS, and for HTTP/1.1, which has no session. */
export function peerOf(session: object | undefined): MeshPeer | undefined {
  return session === undefined ? undefined : peers.get(session)
}

/** Notes the peer of a session for as long as the session is in memory. */
export function notePeer(session: object, peer: MeshPeer): void {
  peers.set(session, peer)
}
