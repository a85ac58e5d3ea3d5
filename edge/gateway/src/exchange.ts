import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '@stoa/security'
import type { Route } from './routes/route.ts'
import type { Slot } from './upstream/slot.ts'

/** The head of a request for policies, independent of how it was received. */
export interface RequestHead {
  readonly method: string
  /** The normalised path, which is matched and forwarded. */
  readonly path: string
  /** With its question mark, or empty. */
  readonly search: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  /** The client's address. */
  readonly address: string
  readonly requestId: string
  /** Whether the sender of a bound token has proven its key, to get the ticket that it was sealed in. */
  readonly isProven?: boolean
  /** Whether the client uses TLS up to this gateway. */
  readonly isSecure?: boolean
}

/** The target of a response: the client, or a recorder in its place. */
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
export interface ProxiedRequest {
  readonly head: RequestHead
  readonly route: Route
  readonly principal: Principal
  readonly response: AnswerTarget
  /** The deadline of the response, in milliseconds since the epoch. */
  readonly deadlineMs: number
  /** The version of the service that a traffic rule has chosen. */
  readonly version?: string | undefined
  /** The key that the gateway gives a PUT or DELETE, so that a retry gets the response of the attempt that had the effect. */
  readonly ownKey?: string | undefined
  /** Whether it is the copy that a traffic rule makes for another version. */
  readonly isCopy?: boolean
  /** Released when the upstream has responded or failed, or when only the client's reading is left. */
  readonly slot: Slot
}
