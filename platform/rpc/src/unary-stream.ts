import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { create, fromBinary, toBinary, type DescMethodUnary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { codeToHttpStatus, contentTypeUnaryProto, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { bodiesOfProcess, checkDeclaredSize, type BodyBudget } from './body-budget.ts'
import { peerOf, type MeshPeer } from './mesh-peer.ts'
import { bodyTimeoutMs, readBody } from './read-body.ts'
import { toConnectError } from './refusal-detail.ts'

/** The metadata of a call, and the signal of a caller that has left. */
export interface UnaryContext {
  readonly header: (name: string) => string | undefined
  readonly signal: AbortSignal
  /** Called when the caller has been admitted: its connection no longer counts as a stranger. */
  readonly onAdmitted: () => void
  /** The service at the other end of a connection with mutual TLS; undefined without one. */
  readonly peer: MeshPeer | undefined
}

/** Serves one call of a method; it admits the caller before it reads the input, so that strangers cost no memory. */
export type UnaryCall = (readInput: () => Promise<object>, context: UnaryContext) => Promise<unknown>

/** A method that is served directly on the stream. */
export interface UnaryMethod {
  readonly method: DescMethodUnary
  readonly call: UnaryCall
}

/** The limits of message bodies. */
export interface BodyLimits {
  readonly bodies: BodyBudget
  readonly bodyTimeoutMs: number
}

/** The limits of this process. */
export const bodyLimits: BodyLimits = { bodies: bodiesOfProcess, bodyTimeoutMs }

/**
 * Serves Connect unary calls in protobuf directly on their HTTP/2 streams; returns false for anything else (gRPC, JSON,
 * streams, compression, the timeout header of Connect), which the library serves. Requests, web headers and async iterators of the library cost more than three times the CPU (bench `rpc`).
 */
export function unaryStreams(methods: ReadonlyMap<string, UnaryMethod>, limits: BodyLimits = bodyLimits) {
  return (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, onAdmitted: () => void = () => {}): boolean => {
    const found = methods.get(headers[':path'] as string)
    if (found === undefined || !isPlain(headers)) return false
    stream.on('error', () => {})
    void answer({ stream, headers, onAdmitted, limits }, found)
    return true
  }
}

function isPlain(headers: IncomingHttpHeaders): boolean {
  return (
    headers[':method'] === 'POST' &&
    headers['content-type'] === contentTypeUnaryProto &&
    headers['content-encoding'] === undefined &&
    headers['connect-timeout-ms'] === undefined
  )
}

interface Incoming {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly onAdmitted: () => void
  readonly limits: BodyLimits
}

async function answer({ stream, headers, onAdmitted, limits }: Incoming, { method, call }: UnaryMethod): Promise<void> {
  const gone = new AbortController()
  const account = limits.bodies.open()
  let isAnswered = false
  stream.once('close', () => {
    if (!isAnswered) gone.abort()
  })
  try {
    checkDeclaredSize(headers['content-length'])
    const header = (name: string) => {
      const value = headers[name]
      return typeof value === 'string' ? value : value?.[0]
    }
    const readInput = async () => parse(method, await readBody(stream, account, limits.bodyTimeoutMs))
    const result = await call(readInput, { header, signal: gone.signal, onAdmitted, peer: peerOf(stream.session) })
    const bytes = toBinary(method.output, create(method.output, (result ?? {}) as never))
    isAnswered = true
    if (stream.destroyed || stream.closed) return
    stream.respond({ ':status': 200, 'content-type': contentTypeUnaryProto, 'content-length': bytes.length })
    stream.end(bytes)
  } catch (error) {
    isAnswered = true
    refuse(stream, toConnectError(error))
  } finally {
    account.close()
  }
}

function parse(method: DescMethodUnary, body: Buffer): object {
  try {
    return fromBinary(method.input, body)
  } catch (cause) {
    throw new ConnectError('The message cannot be parsed.', Code.InvalidArgument, undefined, undefined, cause)
  }
}

function refuse(stream: ServerHttp2Stream, error: ConnectError): void {
  if (stream.destroyed || stream.closed) return
  const bytes = errorToJsonBytes(error, undefined)
  stream.respond({
    ':status': codeToHttpStatus(error.code),
    'content-type': 'application/json',
    'content-length': bytes.length,
  })
  stream.end(bytes, () => stopSending(stream))
}

/** After a whole response the client is asked to send no more of its request (RFC 9113, 8.1). */
export function stopSending(stream: ServerHttp2Stream): void {
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
}
