import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { platformErrors, type PlatformErrorCode } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { newContext } from '@stoa/telemetry'
import { requestIdOf } from './exchange.ts'
import { problemMediaType, statusOfCode, type Problem } from './problem.ts'

/** What Node adds to an error of its parser. */
interface ParserError extends NodeJS.ErrnoException {
  /** The bytes that were parsed last, and how many of them were read before the error. */
  readonly rawPacket?: Buffer
  readonly bytesParsed?: number
}

/**
 * Responds to requests that Node's strict parser rejects (its `clientError`) with problem details, and closes the connection: 501
 * for a method that it does not know (RFC 9110, section 9.1), 431 if the headers are too large (RFC 6585), else 400.
 */
export function refuseUnreadable(error: ParserError, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const method = error.code === 'HPE_INVALID_METHOD' ? unknownMethodOf(error) : undefined
  if (method !== undefined) {
    return refuse(socket, { code: 'request.method_unknown', detail: `The method ${method} is not implemented.` })
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return refuse(socket, { code: 'request.malformed', status: 431, detail: 'The headers are larger than allowed.' })
  }
  refuse(socket, { code: 'request.malformed', detail: 'This is not a valid HTTP request.' })
}

/** Responds to CONNECT, which only a proxy implements (RFC 9110, section 9.3.6); Node closes the connection without a response. */
export function refuseConnect({ headers }: IncomingMessage, socket: Duplex): void {
  const requestId = requestIdOf(headers['x-request-id'])
  refuse(socket, {
    code: 'request.method_unknown',
    detail: 'The method CONNECT is not implemented.',
    ...(requestId === undefined ? {} : { requestId }),
  })
}

/** The method of a request line that is right apart from it; where the line begins in the bytes is known by the error alone. */
function unknownMethodOf({ rawPacket, bytesParsed = 0 }: ParserError): string | undefined {
  if (rawPacket === undefined) return undefined
  // the parser stops inside the method, which no other line can be before
  const begin = rawPacket.lastIndexOf(0x0a, Math.max(0, bytesParsed - 1)) + 1
  const line = rawPacket.toString('latin1', begin, begin + 8_192)
  return /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) \S+ HTTP\/1\.[01]\r?\n/.exec(line)?.[1]
}

interface Refusal {
  readonly code: PlatformErrorCode
  readonly detail: string
  /** In place of the status of the code. */
  readonly status?: number
  readonly requestId?: string
}

function refuse(socket: Duplex, { code, detail, status: given, requestId = newId() }: Refusal): void {
  const status = given ?? statusOfCode({}, code) ?? 400
  // the path is not known for certain where the parser has stopped
  const problem: Problem = {
    type: `/errors/${code}`,
    title: platformErrors[code].title,
    status,
    detail,
    code,
    traceId: newContext().traceId,
  }
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
