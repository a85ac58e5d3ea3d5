import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '@stoa/security'
import type { Route } from './routes/route.ts'

/** The head of a request as policies see it: nothing here depends on how it came in. */
export interface RequestHead {
  readonly method: string
  /** Normalised; what is matched and what is sent on. */
  readonly path: string
  /** With its question mark, or empty. */
  readonly search: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  /** The client's address. */
  readonly address: string
  readonly requestId: string
}

/** One request on its way through the gateway. */
export interface Exchange {
  readonly head: RequestHead
  readonly route: Route
  readonly principal: Principal
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Milliseconds since the epoch by which the client is to have its answer. */
  readonly deadlineMs: number
}
