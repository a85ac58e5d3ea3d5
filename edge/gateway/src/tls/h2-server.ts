import type { IncomingMessage, RequestListener } from 'node:http'
import { constants, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { platformErrors } from '@stoa/contract'
import { problemMediaType, type Problem } from '@stoa/http'
import { newContext } from '@stoa/telemetry'
import { H2Request, H2Response } from './h2-exchange.ts'

interface H2Options {
  readonly listener: RequestListener
  /** No traffic of a stream in either direction for so long ends it. */
  readonly streamTimeoutMs: number
  /** A connection without a stream is closed after this time. */
  readonly idleMs: number
  readonly mostHeaderBytes: number
  readonly mostHeaders: number
}

/** Serves connections of HTTP/2 whose TLS is established. */
export interface H2Server {
  readonly server: Http2Server
  /** Lets streams in progress end, and takes no new ones. */
  readonly closeGracefully: () => void
  readonly closeAll: () => void
}

const mostStreams = 100
const pseudoHeaders = 4

/**
 * Makes the server: 100 streams at once of a connection, and header lists as large as those of HTTP/1.1. A client that opens and resets
 * streams (CVE-2023-44487) is disconnected after a burst of 200, one that never ends a header block (CVE-2024-27983) by the library.
 */
export function makeH2Server({ listener, streamTimeoutMs, idleMs, ...most }: H2Options): H2Server {
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer({
    Http2ServerRequest: H2Request as never,
    Http2ServerResponse: H2Response as never,
    maxHeaderListPairs: most.mostHeaders + pseudoHeaders,
    maxSessionInvalidFrames: 10,
    maxSessionRejectedStreams: 100,
    streamResetBurst: 200,
    streamResetRate: 20,
    settings: { maxConcurrentStreams: mostStreams, maxHeaderListSize: most.mostHeaderBytes, enablePush: false },
  })
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    // its close tells the requests
    session.on('error', () => session.destroy())
    closeWhenIdle(session, idleMs)
  })
  const serve = (request: H2Request, response: H2Response): void => {
    request.stream.setTimeout(streamTimeoutMs, () => request.stream.close(constants.NGHTTP2_CANCEL))
    // its close tells the request
    request.stream.on('error', () => {})
    response.once('finish', () => response.stopReading())
    // the setting only asks clients for it
    if (headerBytesOf(request.rawHeaders) > most.mostHeaderBytes) return refuseHeaders(response)
    listener(request as unknown as IncomingMessage, response as unknown as Parameters<RequestListener>[1])
  }
  server.on('request', serve as never)
  // rejected like any other expectation, and sent by us when the body is read
  server.on('checkContinue', ((request: H2Request, response: H2Response) => {
    response.writeContinue()
    serve(request, response)
  }) as never)
  server.on('sessionError', () => {})
  return {
    server,
    closeGracefully: () => sessions.forEach((session) => session.close()),
    closeAll: () => sessions.forEach((session) => session.destroy()),
  }
}

function headerBytesOf(rawHeaders: readonly string[]): number {
  let bytes = 0
  for (const text of rawHeaders) bytes += text.length
  return bytes
}

/** As for HTTP/1.1, where the parser refuses them (RFC 6585). */
function refuseHeaders(response: H2Response): void {
  const status = 431
  const { traceId } = newContext()
  const problem: Problem = {
    type: '/errors/request.malformed',
    title: platformErrors['request.malformed'].title,
    status,
    detail: 'The headers are larger than allowed.',
    code: 'request.malformed',
    traceId,
  }
  response.writeHead(status, ['content-type', problemMediaType, 'cache-control', 'no-store'])
  response.end(JSON.stringify(problem))
}

/** By streams and not by frames: pings would keep an idle connection. */
function closeWhenIdle(session: ServerHttp2Session, idleMs: number): void {
  let open = 0
  const close = () => session.close()
  let timer = setTimeout(close, idleMs)
  session.on('stream', (stream) => {
    open += 1
    clearTimeout(timer)
    stream.once('close', () => {
      open -= 1
      if (open === 0 && !session.closed) timer = setTimeout(close, idleMs)
    })
  })
  session.once('close', () => clearTimeout(timer))
}
