import type { IncomingHttpHeaders } from 'node:http'
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

/** Where an answer goes: the client's response, or what takes it in its place. */
export interface AnswerTarget {
  readonly destroyed: boolean
  writeHead(status: number, headers: string[]): { end(body?: Buffer): unknown }
  /** False asks to wait for `drain`. */
  write(data: Buffer): boolean
  end(data?: Buffer): unknown
  destroy(): unknown
  on(event: 'drain' | 'close', listener: () => void): unknown
  once(event: 'drain' | 'close', listener: () => void): unknown
  off(event: 'drain' | 'close', listener: () => void): unknown
}

/** One request on its way through the gateway. */
export interface Exchange {
  readonly head: RequestHead
  readonly route: Route
  readonly principal: Principal
  readonly response: AnswerTarget
  /** Milliseconds since the epoch by which the client is to have its answer. */
  readonly deadlineMs: number
}
