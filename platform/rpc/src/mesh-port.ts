import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls'
import { serviceOf, type Mesh } from '@stoa/security'
import type { Logger } from '@stoa/telemetry'
import type { MeshPeer } from './mesh-peer.ts'

/** What a port needs to take connections with mutual TLS. */
export interface PortMesh {
  readonly identity: Mesh
  readonly logger: Logger
}

/** A TLS connection begins with the type of a handshake record (RFC 8446, 5.1); no request begins with that byte. */
const handshakeRecord = 0x16

/** Whether a connection that begins with these bytes speaks TLS. */
export function isTls(first: Buffer): boolean {
  return first[0] === handshakeRecord
}

type Pass = (secure: TLSSocket, peer: MeshPeer) => void

/** The part of a port that takes connections with TLS. */
export interface MeshPort {
  /** Takes a connection of which only the first bytes have been read; `pass` gets it if the certificate of its peer is valid. */
  readonly accept: (socket: Socket, pass: Pass) => void
  /** Closes connections whose handshake has not ended, and follows the certificate no more. */
  readonly close: () => void
}

/** Takes connections with TLS 1.3 whose peer presents a valid certificate of the authority; any other is logged and closed. */
export function meshPort({ identity, logger }: PortMesh): MeshPort {
  const handshakes = new Map<string, { readonly socket: Socket; readonly pass: Pass }>()
  const refuse = (reason: string) => logger.warn('connection refused: no valid certificate', { reason })
  const server = createServer({
    ...contextOf(identity),
    requestCert: true,
    // decided below, where the reason is known and can be logged
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
    handshakeTimeout: 10_000,
  })
  server.on('tlsClientError', (error, secure) => {
    refuse(error.message)
    secure.destroy()
  })
  server.on('secureConnection', (secure) => {
    // the requests learn from its close
    secure.on('error', () => {})
    const handshake = handshakes.get(endOf(secure))
    const peer = readPeer(secure)
    if (handshake !== undefined && typeof peer !== 'string') {
      handshakes.delete(endOf(secure))
      return handshake.pass(secure, peer)
    }
    if (typeof peer === 'string') refuse(peer)
    return secure.destroy()
  })
  const stopFollowing = identity.onRenewed(() => server.setSecureContext(contextOf(identity)))
  return {
    accept(socket, pass) {
      const end = endOf(socket)
      handshakes.set(end, { socket, pass })
      socket.once('close', () => handshakes.delete(end))
      server.emit('connection', socket)
    },
    close() {
      stopFollowing()
      for (const { socket } of handshakes.values()) socket.destroy()
    },
  }
}

function contextOf(identity: Mesh): SecureContextOptions {
  const { cert, key, ca } = identity.credentials()
  // A resumed session would bring a certificate that was verified earlier, and may have expired since.
  return { cert, key, ca, minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_TICKET }
}

/** The address of the other end, which no two open connections of a port share: Node does not tell which socket a TLS socket is made of. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** The peer, or the reason why it is refused. */
function readPeer(secure: TLSSocket): MeshPeer | string {
  const cert = secure.getPeerX509Certificate()
  if (cert === undefined) return 'no certificate was presented'
  // OpenSSL has checked the chain, the validity and the purpose
  if (!secure.authorized) return String(secure.authorizationError ?? 'the certificate is not authorized')
  const service = serviceOf(cert.subjectAltName)
  if (service === undefined) return 'the certificate has no SPIFFE id of a service'
  return { service, expiresMs: Date.parse(cert.validTo) }
}
