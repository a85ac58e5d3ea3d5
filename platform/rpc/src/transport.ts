import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import { create, fromBinary, toBinary, type DescMethodUnary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { Http2SessionManager } from '@connectrpc/connect-node'
import { codeFromHttpStatus, contentTypeUnaryProto, errorFromJsonBytes } from '@connectrpc/connect/protocol-connect'
import { fromConnectError } from './refusal-detail.ts'

/** One upstream's connection: HTTP/2 without TLS, opened by the first call and kept. */
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
 * Connects to one instance of a service by the Connect protocol, unary calls in protobuf. Calls reject with the refusal
 * the callee gave, or with `service.unavailable` or `request.deadline_exceeded` when it gave none (then the outcome is
 * unknown).
 */
export function connectRpc(host: string, port: number, callee: string): RpcConnection {
  const sessions = new Http2SessionManager(`http://${host}:${port}`, {
    pingIntervalMs: 30_000,
    pingTimeoutMs: 5_000,
    idleConnectionTimeoutMs: 300_000,
  })
  return {
    async unary(method, request, { headers, timeoutMs, signal }) {
      try {
        const body = toBinary(method.input, create(method.input, request as never))
        const path = `/${method.parent.typeName}/${method.name}`
        const answer = await exchange(
          () => sessions.request('POST', path, { 'content-type': contentTypeUnaryProto, ...headers }, {}),
          body,
          { timeoutMs, signal, onRead: (stream) => sessions.notifyResponseByteRead(stream) },
        )
        return readAnswer(method, answer)
      } catch (error) {
        throw fromConnectError(error, callee)
      }
    },
    close: () => sessions.abort(),
  }
}

interface Limits {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly onRead: (stream: ClientHttp2Stream) => void
}

/**
 * Sends one body and gathers one answer. Connect's own transport does the same through web streams, `Headers` and async
 * iterators, at more than three times the CPU (bench `rpc`).
 */
async function exchange(
  open: () => Promise<ClientHttp2Stream>,
  body: Uint8Array,
  { timeoutMs, signal, onRead }: Limits,
): Promise<UnaryAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UnaryAnswer>()
  let stream: ClientHttp2Stream | undefined
  let isOver = false
  const giveUp = (code: Code, message: string) => {
    isOver = true
    reject(new ConnectError(message, code))
    stream?.close(8) // CANCEL (RFC 9113, 7)
  }
  const timer = setTimeout(() => giveUp(Code.DeadlineExceeded, 'the time for the call is over'), timeoutMs)
  const onAbort = () => giveUp(Code.Canceled, 'the call was called off')
  signal?.addEventListener('abort', onAbort)
  try {
    if (signal?.aborted === true) onAbort()
    else {
      open().then(
        (opened) => {
          stream = opened
          gather(stream, onRead, resolve, reject)
          if (isOver) stream.close(8)
          else stream.end(body)
        },
        (error: unknown) => reject(unreachable(error)),
      )
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
  reject: (error: unknown) => void,
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
    if (status === undefined) return reject(unreachable(undefined))
    const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
    resolve({ status, contentType: head['content-type'], body })
  })
  stream.on('error', (error) => reject(unreachable(error)))
  stream.on('close', () => {
    if (!stream.readableEnded) reject(unreachable(undefined))
  })
}

function unreachable(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  return new ConnectError('the connection was lost', Code.Unavailable, undefined, undefined, error)
}

function readAnswer(method: DescMethodUnary, { status, contentType, body }: UnaryAnswer): object {
  if (status === 200 && contentType === contentTypeUnaryProto) return fromBinary(method.output, body)
  const fallback = new ConnectError(`HTTP ${status}`, codeFromHttpStatus(status))
  if (status === 200 || contentType?.startsWith('application/json') !== true) throw fallback
  throw errorFromJsonBytes(body, undefined, fallback)
}
