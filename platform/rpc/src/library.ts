import type { ServerHttp2Stream } from 'node:http2'
import type { connectNodeAdapter } from '@connectrpc/connect-node'
import { checkDeclaredSize } from './body-budget.ts'
import { peerOf, type MeshPeer } from './mesh-peer.ts'
import { accountBody } from './read-body.ts'
import { toConnectError } from './refusal-detail.ts'
import { refuseInProtocol } from './unimplemented.ts'
import { stopSending, type BodyLimits } from './unary-stream.ts'

type Listener = ReturnType<typeof connectNodeAdapter>

/** Serves a request with the library; `onAdmitted` is called when its caller has been admitted. */
export type LibraryHandler = (
  request: Parameters<Listener>[0],
  response: Parameters<Listener>[1],
  onAdmitted?: () => void,
) => void

interface LibraryOptions {
  /** The paths that need admission; everything else is health, reflection or unknown. */
  readonly methods: { readonly has: (path: string) => boolean }
  readonly limits: BodyLimits
  /** Rejects with the refusal of a caller that may not call the method at the path. */
  readonly admit: (
    path: string,
    header: (name: string) => string | undefined,
    peer: MeshPeer | undefined,
  ) => Promise<unknown>
  readonly own: Listener
  readonly open: Listener
}

/**
 * The library reads a message before it calls any handler: this admits the caller first, and counts the message against the
 * budget of all bodies while it is read and served.
 */
export function admittedFirst({ methods, limits, admit, own, open }: LibraryOptions): LibraryHandler {
  return (request, response, onAdmitted = () => {}) => {
    const [path = ''] = (request.url ?? '').split('?')
    const header = (name: string) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value[0] : value
    }
    const account = limits.bodies.open()
    response.once('close', account.close)
    if ('stream' in response) stopAfterTrailers(response.stream)
    const pass = async () => {
      checkDeclaredSize(header('content-length'))
      if (methods.has(path)) {
        await admit(path, header, peerOfRequest(request))
        onAdmitted()
      }
      accountBody(request, account, limits.bodyTimeoutMs)
      const serve = methods.has(path) ? own : open
      serve(request, response)
    }
    pass().catch((error: unknown) => refuseInProtocol(request, response, toConnectError(error)))
  }
}

/** The service at the other end of the connection of a request. */
export function peerOfRequest(request: Parameters<Listener>[0]): MeshPeer | undefined {
  return 'stream' in request ? peerOf(request.stream.session) : undefined
}

/** The library leaves a stream open if it has not read the whole request. */
function stopAfterTrailers(stream: ServerHttp2Stream): void {
  // the response's own listener sends the trailers on this event
  stream.once('wantTrailers', () => setImmediate(() => stopSending(stream)))
}
