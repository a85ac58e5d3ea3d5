import type { SecureClientSessionOptions } from 'node:http2'
import type { PeerCertificate } from 'node:tls'
import { Http2SessionManager } from '@connectrpc/connect-node'
import { serviceOf, type Mesh, type MeshCredentials } from '@stoa/security'

/** The connections to one instance of a service. */
export interface CallSessions {
  /** The connection for the next call, which opens with it if need be. */
  readonly next: () => Http2SessionManager | Promise<Http2SessionManager>
  readonly close: () => void
}

/** Connections of one kind: there is nothing to find out. */
interface KnownWay extends CallSessions {
  readonly next: () => Http2SessionManager
}

interface CallPlace {
  readonly host: string
  readonly port: number
  readonly callee: string
}

const keeping = { pingIntervalMs: 30_000, pingTimeoutMs: 5_000, idleConnectionTimeoutMs: 300_000 }

/** Connects without TLS, or with the certificate of the mesh to a callee whose own certificate names it. */
export function callSessions(place: CallPlace, mesh: Mesh | undefined): CallSessions {
  if (mesh === undefined) return clearSessions(place)
  return mesh.mode === 'strict' ? secureSessions(place, mesh) : eitherSessions(place, mesh)
}

function clearSessions({ host, port }: CallPlace): KnownWay {
  const sessions = new Http2SessionManager(`http://${host}:${port}`, keeping)
  return { next: () => sessions, close: () => sessions.abort() }
}

/**
 * After a renewal the next call opens a connection with the new certificate. Calls in progress end on the earlier one, which closes when it
 * has been idle for a time.
 */
function secureSessions(place: CallPlace, mesh: Mesh): KnownWay {
  let used = mesh.credentials()
  let sessions = open(place, used)
  let earlier: Http2SessionManager[] = []
  return {
    next() {
      const credentials = mesh.credentials()
      if (credentials !== used) {
        earlier = [...earlier, sessions].filter((each) => !['closed', 'error'].includes(each.state()))
        used = credentials
        sessions = open(place, used)
      }
      return sessions
    },
    close() {
      for (const each of [...earlier, sessions]) each.abort()
    },
  }
}

const clearForMs = 30_000

/** Prefers TLS; an instance that does not speak it yet is called in clear text, and asked again after a time. */
function eitherSessions(place: CallPlace, mesh: Mesh): CallSessions {
  const [clear, secure] = [clearSessions(place), secureSessions(place, mesh)]
  let clearUntilMs = 0
  return {
    async next() {
      if (performance.now() < clearUntilMs) return clear.next()
      const sessions = secure.next()
      if ((await sessions.connect()) === 'error' && speaksNoTls(sessions.error())) {
        clearUntilMs = performance.now() + clearForMs
        return clear.next()
      }
      return sessions
    },
    close() {
      clear.close()
      secure.close()
    },
  }
}

/** What OpenSSL says when the other end answers a handshake with text. */
const answeredWithText = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO'])

function speaksNoTls(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  return answeredWithText.has((cause as NodeJS.ErrnoException | undefined)?.code ?? '')
}

function open({ host, port, callee }: CallPlace, { cert, key, ca }: MeshCredentials): Http2SessionManager {
  const options: SecureClientSessionOptions = {
    cert,
    key,
    ca,
    minVersion: 'TLSv1.3',
    // whatever NODE_TLS_REJECT_UNAUTHORIZED says
    rejectUnauthorized: true,
    checkServerIdentity: (_host: string, { subjectaltname }: PeerCertificate) => {
      const named = serviceOf(subjectaltname)
      return named === callee ? undefined : new Error(`the certificate is for ${named ?? 'no service'}, not ${callee}`)
    },
  }
  return new Http2SessionManager(`https://${host}:${port}`, keeping, options)
}
