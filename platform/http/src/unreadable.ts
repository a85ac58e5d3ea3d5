import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { platformErrors } from '@stoa/contract'
import { newContext } from '@stoa/telemetry'
import { problemMediaType } from './problem.ts'

/**
 * Answers what Node's strict parser does not take for a request (its `clientError`) with problem details like any other
 * refusal, and closes the connection: 400, or 431 when the headers are too large (RFC 6585).
 */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
  const body = JSON.stringify({
    type: '/errors/request.malformed',
    title: platformErrors['request.malformed'].title,
    status,
    detail: status === 431 ? 'The headers are larger than allowed.' : 'This is no HTTP request.',
    instance: '/',
    code: 'request.malformed',
    traceId: newContext().traceId,
  })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
