import { validateHeaderValue } from 'node:http'
import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import { create, fromBinary, toBinary, type DescMethodUnary } from '@bufbuild/protobuf'
import { ConnectError } from '@connectrpc/connect'
import type { Http2SessionManager } from '@connectrpc/connect-node'
import { codeFromHttpStatus, contentTypeUnaryProto, errorFromJsonBytes } from '@connectrpc/connect/protocol-connect'
import { PlatformError } from '@stoa/kernel'
import type { Mesh } from '@stoa/security'
import { callSessions } from './call-sessions.ts'
import { fromConnectError } from './refusal-detail.ts'

/** The connection to one upstream: HTTP/2, opened by the first call and kept open. */
export interface RpcConnection {
  unary(
    method: DescMethodUnary,
    request: object,
    options: {
      readonly headers: Readonly<Record<string, string>>
      readonly timeoutMs: number
      readonly signal: AbortSignal | undefined
    },
  ): Promise<object>
  close(): void
}

interface UnaryAnswer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Buffer
}

/**
 * A call without a response: the connection failed or was lost, the timeout expired, or the caller abandoned the call. Its outcome is
 * unknown.
 */
export class Unanswered extends PlatformError {
  readonly why: 'lost' | 'late' | 'given_up'

  constructor(why: Unanswered['why'], callee: string, cause?: unknown) {
    if (why === 'lost') super('service.unavailable', `${callee} cannot be reached`, { cause })
    else super('request.deadline_exceeded', `${callee} did not respond in time`, { cause })
    this.why = why
  }
}

/**
 * Connects to one instance of a service by the Connect protocol, unary calls in protobuf. Calls reject with the refusal
 * the callee gave, with `Unanswered` when it gave none, or with the error itself when the call cannot be sent at all. With a mesh the
 * connection has mutual TLS, and the certificate of the callee must name it.
 */
export function connectRpc(host: string, port: number, callee: string, mesh?: Mesh): RpcConnection {
  const sessions = callSessions({ host, port, callee }, mesh)
  return {
    async unary(method, request, { headers, timeoutMs, signal }) {
      // Node would send a value that is invalid in a header, and the callee would end the stream
      for (const name in headers) validateHeaderValue(name, headers[name] ?? '')
      const body = toBinary(method.input, create(method.input, request as never))
      const path = `/${method.parent.typeName}/${method.name}`
      let session: Http2SessionManager | undefined
      const open = async () => {
        session = await sessions.next()
        return session.request('POST', path, { 'content-type': contentTypeUnaryProto, ...headers }, {})
      }
      const onRead = (stream: ClientHttp2Stream) => session?.notifyResponseByteRead(stream)
      const answer = await exchange(open, body, { callee, timeoutMs, signal, onRead })
      try {
        return readAnswer(method, answer)
      } catch (error) {
        throw fromConnectError(error, callee)
      }
    },
    close: sessions.close,
  }
}

interface Limits {
  readonly callee: string
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly onRead: (stream: ClientHttp2Stream) => void
}

/**
 * Sends one body and collects one response. The transport of Connect does the same through web streams, `Headers` and async
 * iterators, at more than three times the CPU (bench `rpc`).
 */
async function exchange(
  open: () => Promise<ClientHttp2Stream>,
  body: Uint8Array,
  { callee, timeoutMs, signal, onRead }: Limits,
): Promise<UnaryAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UnaryAnswer>()
  let stream: ClientHttp2Stream | undefined
  let isOver = false
  const giveUp = (why: 'late' | 'given_up') => {
    isOver = true
    reject(new Unanswered(why, callee))
    stream?.close(8) // CANCEL (RFC 9113, 7)
  }
  const onLost = (error?: unknown) => reject(new Unanswered('lost', callee, error))
  const timer = setTimeout(() => giveUp('late'), timeoutMs)
  const onAbort = () => giveUp('given_up')
  signal?.addEventListener('abort', onAbort)
  try {
    if (signal?.aborted === true) onAbort()
    else {
      open().then((opened) => {
        stream = opened
        gather(stream, onRead, resolve, onLost)
        if (isOver) stream.close(8)
        else stream.end(body)
      }, onLost)
    }
    return await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function gather(
  stream: ClientHttp2Stream,
  onRead: Limits['onRead'],
  resolve: (answer: UnaryAnswer) => void,
  onLost: (error?: unknown) => void,
): void {
  const parts: Buffer[] = []
  let head: IncomingHttpHeaders & IncomingHttpStatusHeader = {}
  stream.on('response', (headers) => (head = headers))
  stream.on('data', (part: Buffer) => {
    parts.push(part)
    onRead(stream)
  })
  stream.on('end', () => {
    const { ':status': status } = head
    if (status === undefined) return onLost()
    const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
    resolve({ status, contentType: head['content-type'], body })
  })
  stream.on('error', onLost)
  stream.on('close', () => {
    if (!stream.readableEnded) onLost()
  })
}

function readAnswer(method: DescMethodUnary, { status, contentType, body }: UnaryAnswer): object {
  if (status === 200 && contentType === contentTypeUnaryProto) return fromBinary(method.output, body)
  const fallback = new ConnectError(`HTTP ${status}`, codeFromHttpStatus(status))
  if (status === 200 || contentType?.startsWith('application/json') !== true) throw fallback
  throw errorFromJsonBytes(body, undefined, fallback)
}
