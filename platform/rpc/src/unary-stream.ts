import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { create, fromBinary, toBinary, type DescMethodUnary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { codeToHttpStatus, contentTypeUnaryProto, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { toConnectError } from './refusal-detail.ts'

/** Answers one call of a method. */
export type UnaryCall = (
  input: object,
  context: { readonly header: (name: string) => string | undefined; readonly signal: AbortSignal },
) => Promise<unknown>

/** A method that is answered on the stream itself. */
export interface UnaryMethod {
  readonly method: DescMethodUnary
  readonly call: UnaryCall
}

/** Largest message that is read; 4 MiB. */
export const readMaxBytes = 4 * 1024 * 1024

/**
 * Answers Connect unary calls in protobuf straight on their HTTP/2 streams; false for anything else (gRPC, JSON, streams,
 * compression, Connect's own timeout header), which the library serves. The library's way through requests, web headers
 * and async iterators costs more than three times the CPU (bench `rpc`).
 */
export function unaryStreams(methods: ReadonlyMap<string, UnaryMethod>) {
  return (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean => {
    const found = methods.get(headers[':path'] as string)
    if (found === undefined || !isPlain(headers)) return false
    read(stream, (body) => void answer(stream, headers, found, body))
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

function read(stream: ServerHttp2Stream, onBody: (body: Buffer) => void): void {
  const parts: Buffer[] = []
  let sizeBytes = 0
  stream.on('error', () => {})
  stream.on('data', (part: Buffer) => {
    sizeBytes += part.length
    if (sizeBytes <= readMaxBytes) parts.push(part)
  })
  stream.on('end', () => {
    if (sizeBytes > readMaxBytes)
      return refuse(stream, new ConnectError('the message is too large', Code.ResourceExhausted))
    onBody(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts))
  })
}

async function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { method, call }: UnaryMethod,
  body: Buffer,
): Promise<void> {
  const gone = new AbortController()
  let isAnswered = false
  stream.once('close', () => {
    if (!isAnswered) gone.abort()
  })
  try {
    const header = (name: string) => {
      const value = headers[name]
      return typeof value === 'string' ? value : value?.[0]
    }
    const result = await call(parse(method, body), { header, signal: gone.signal })
    const bytes = toBinary(method.output, create(method.output, (result ?? {}) as never))
    isAnswered = true
    if (stream.destroyed || stream.closed) return
    stream.respond({ ':status': 200, 'content-type': contentTypeUnaryProto, 'content-length': bytes.length })
    stream.end(bytes)
  } catch (error) {
    isAnswered = true
    refuse(stream, toConnectError(error))
  }
}

function parse(method: DescMethodUnary, body: Buffer): object {
  try {
    return fromBinary(method.input, body)
  } catch (cause) {
    throw new ConnectError('the message cannot be read', Code.InvalidArgument, undefined, undefined, cause)
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
  stream.end(bytes)
}
