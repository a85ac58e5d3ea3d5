import type { Readable } from 'node:stream'
import type { ErrorCatalogue } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import type { Logger } from '@stoa/telemetry'
import { sendContent } from './downloads.ts'
import type { Exchange } from './exchange.ts'
import { statusOf, problemHeaders, problemMediaType, problemOf, unexpectedProblem, type Problem } from './problem.ts'

/** A response as it is sent. */
export interface Outgoing {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  /** Text, or the bytes of a file. */
  readonly body?: string | Uint8Array | undefined
  /** Instead of a body: the opened content of a blob, and its size; only the size for HEAD. */
  readonly content?: { readonly open: Readable | undefined; readonly sizeBytes: number } | undefined
}

/** How long a client of a download may take nothing. */
const downloadIdleMs = 60_000

/** Writes a response; does nothing if one was already written or the client has disconnected. */
export function respond(exchange: Exchange, { status, headers, body, content }: Outgoing): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return void content?.open?.destroy()
  if (content !== undefined) {
    const { open, sizeBytes } = content
    response.writeHead(status, { ...headers, 'x-request-id': exchange.requestId, 'content-length': sizeBytes })
    if (open === undefined) response.end()
    else void sendContent(exchange, open, downloadIdleMs)
    return
  }
  const hasBody = body !== undefined && status !== 204 && status !== 304
  response.writeHead(status, {
    ...headers,
    'x-request-id': exchange.requestId,
    ...(hasBody
      ? { 'content-length': Buffer.byteLength(body) }
      : status === 304 || status === 204
        ? {}
        : { 'content-length': 0 }),
  })
  response.end(hasBody ? body : undefined)
}

/** Responds to errors with problem details (RFC 9457). A bug is logged once, with its stack, and gets a fixed text. */
export interface Problems {
  readonly respond: (exchange: Exchange, error: unknown, headers?: { readonly [name: string]: string }) => void
  /** The problem of a part of a response; a bug is logged. */
  readonly describe: (exchange: Exchange, error: unknown) => Problem
}

/** The problems of a service, with the titles of its catalogue; 401 and 403 name the issuer of tokens. */
export function makeProblems(catalogue: ErrorCatalogue, logger: Logger, issuer?: string): Problems {
  function describe(exchange: Exchange, error: unknown): Problem {
    const place = { instance: exchange.path, traceId: exchange.context.traceId }
    // A refusal of the client's mistake is no failure of the server (semantic conventions for HTTP).
    if (!isAppError(error) || statusOf(error) >= 500) exchange.span.setError(error)
    if (isAppError(error)) {
      if (error.cause !== undefined && error.retryable) logger.warn('request rejected because of an error', { error })
      return problemOf(error, place, catalogue)
    }
    logger.error('request failed unexpectedly', { method: exchange.method, route: exchange.route, error })
    return unexpectedProblem(place)
  }
  return {
    describe,
    respond(exchange, error, headers = {}) {
      const more = isAppError(error) ? problemHeaders(error, issuer) : {}
      send(exchange, describe(exchange, error), { ...more, ...headers })
    },
  }
}

function send(exchange: Exchange, problem: Problem, headers: { readonly [name: string]: string }): void {
  exchange.code = problem.code
  respond(exchange, {
    status: problem.status,
    headers: { 'content-type': problemMediaType, 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(problem),
  })
}
