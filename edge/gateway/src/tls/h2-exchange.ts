import {
  constants,
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { ReadableOptions } from 'node:stream'

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants

/** Fields of a connection of HTTP/1.1, which HTTP/2 forbids (RFC 9113, 8.2.2). */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/**
 * A request of HTTP/2 in the form that a request of HTTP/1.1 has: `Host` in place of `:authority`, one `Cookie` field, and
 * `Transfer-Encoding` for a body without a length.
 */
export class H2Request extends Http2ServerRequest {
  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    options: ReadableOptions,
    raw: readonly string[],
  ) {
    super(stream, headers, options, raw)
    const plain = plainHeaders(headers, !stream.endAfterHeaders)
    Object.defineProperty(this, 'headers', { value: plain })
    Object.defineProperty(this, 'rawHeaders', { value: plainRawHeaders(raw, plain) })
  }

  override destroy(error?: Error): this {
    this.stream.close(NGHTTP2_CANCEL)
    return super.destroy(error)
  }
}

function plainHeaders(given: IncomingHttpHeaders, hasBody: boolean): IncomingHttpHeaders {
  const plain = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith(':')))
  const authority = given[':authority']
  if (authority !== undefined) plain['host'] = authority
  if (hasBody && plain['content-length'] === undefined) plain['transfer-encoding'] = 'chunked'
  return plain
}

function plainRawHeaders(given: readonly string[], { host, cookie }: IncomingHttpHeaders): string[] {
  const plain: string[] = host === undefined ? [] : ['host', host]
  if (cookie !== undefined) plain.push('cookie', cookie)
  for (let index = 0; index < given.length; index += 2) {
    const name = given[index] ?? ''
    if (name.startsWith(':') || name === 'cookie' || name === 'host') continue
    plain.push(name, given[index + 1] ?? '')
  }
  return plain
}

/** A response of HTTP/2 that takes its head as one of HTTP/1.1 does. */
export class H2Response extends Http2ServerResponse<H2Request> {
  constructor(stream: ServerHttp2Stream) {
    super(stream)
    Object.defineProperty(this, 'destroyed', { get: () => stream.destroyed || stream.closed })
  }

  /** The pipeline writes fields as a list of names and values. @throws TypeError for the other forms that Node knows */
  override writeHead(status: number, fields: unknown = []): this {
    if (!Array.isArray(fields)) throw new TypeError('the head of a response takes a list of names and values')
    if (this.destroyed) return this
    const given: readonly string[] = fields
    for (let index = 0; index < given.length; index += 2) {
      const name = (given[index] ?? '').toLowerCase()
      if (!ofConnection.has(name)) this.appendHeader(name, given[index + 1] ?? '')
    }
    return super.writeHead(status)
  }

  override destroy(): this {
    this.stream.close(NGHTTP2_CANCEL)
    return this
  }

  /** Tells a client that still sends its body, after the response to it has ended, to stop (RFC 9113, 8.1). */
  stopReading(): void {
    if (!this.req.complete) this.stream.close(NGHTTP2_NO_ERROR)
  }
}
