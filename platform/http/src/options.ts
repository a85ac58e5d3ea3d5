import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Tally } from '@stoa/audit'
import type { Blobs } from '@stoa/blobs'
import type { Caller, MountHandler, Permission, Service, Tx, WriteHandle } from '@stoa/contract'
import type { NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { LoadShedder } from '@stoa/resilience'
import type { Telemetry } from '@stoa/telemetry'
import type { Authenticate } from './caller.ts'
import type { IsTrustedProxy } from './exchange.ts'
import { defaultSocketLimits, type SocketLimits } from './sockets/open-socket.ts'

/** The caller and the deadline of the calls of one request. */
export interface CallContext {
  readonly caller: Caller
  /** The client's idempotency key, on operations that write. */
  readonly key: string | undefined
  readonly signal: AbortSignal
}

/** Notifies that a resource may have changed. */
export interface Changes {
  /** Watches the resource with this id until it is stopped; polling covers missed notifications. */
  readonly watch: (id: string) => Watch
}

/** One wait for a change. */
export interface Watch {
  /** Resolves when the resource may have changed. */
  readonly changed: Promise<void>
  readonly stop: () => void
}

/**
 * Notifies a listener of invalidated tokens: the ended sessions, or `unknown`, after which every token must be verified again. Returns
 * a function that removes the listener.
 */
export type OnInvalidated = (listener: (sessionIds: ReadonlySet<string> | 'unknown') => void) => () => void

/** Sizes and times; each has a default. */
export interface HttpLimits {
  /** Largest body of any operation; 1 MiB. Most operations accept less: what their schema can need. */
  readonly bodyBytes: number
  /** Longest `Prefer: wait`; 30. */
  readonly maxWaitSeconds: number
  /** How long a repeat waits for the first request of its key; 1,000. */
  readonly keyWaitMs: number
  /** How often a waiting request reads again when nothing is announced; 1,000. */
  readonly pollMs: number
  /** A comment is sent to a silent stream of server-sent events this often; 15,000. */
  readonly heartbeatMs: number
  readonly sockets: Omit<SocketLimits, 'heartbeatMs'>
}

/** A path outside the contract: exact, or a prefix that ends in `/*`. It is served while the service drains. */
export interface ExtraRoute {
  readonly path: string
  readonly permission: Permission
  readonly handle: MountHandler
}

/** The options of the HTTP server of a service. */
export interface HttpAppOptions {
  readonly service: Service
  /** `Bindings['operations']` of the service. */
  readonly bindings: { readonly [name: string]: unknown }
  readonly database: Database
  /** The typed clients of the declared calls. */
  readonly calls: (context: CallContext) => object
  readonly makeTx: (tx: WriteHandle) => Tx
  /** Throws, in the transaction of a write, if this person is erased. */
  readonly refuseErased?: (tx: WriteHandle, subject: string) => Promise<void>
  readonly authenticate: Authenticate
  /** Where uploads are stored and downloads are read; required for a contract with blobs. */
  readonly blobs?: Blobs
  readonly telemetry: Telemetry
  readonly newId: NewId
  readonly changes: Changes
  /** Ends the streams of invalidated tokens; if omitted, they end when their tokens expire. */
  readonly onInvalidated?: OnInvalidated
  readonly version: string
  readonly limits?: Partial<HttpLimits>
  readonly extraRoutes?: readonly ExtraRoute[]
  /** Who issues the tokens that `authenticate` takes: its metadata is named where one is missing or wrong. */
  readonly issuer?: string
  /** The peers whose `X-Forwarded-For` is trusted; by default only the same machine. */
  readonly isTrustedProxy?: IsTrustedProxy
  /** Refuses requests beyond its limit, or beyond the share of their caller, with 503 `service.overloaded`; additional routes are never refused. If omitted, there is no limit. */
  readonly load?: LoadShedder
  /** Records reads of staff and refused requests in the audit trail; writes are recorded through `makeTx`. If omitted, nothing is recorded. */
  readonly tally?: Tally
  /** Fails a response that does not match the contract, including undeclared fields; for tests and development. */
  readonly checkAnswers?: boolean
}

/** The HTTP side of one service, to be attached to a port that others may share. */
export interface HttpApp {
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
  /** Whether a request asks for a WebSocket; its connection is then given to `onUpgrade`. */
  readonly takesUpgrade: (request: IncomingMessage) => boolean
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Whether a request brings an upload, whose body may take any time as long as it arrives. */
  readonly takesUpload: (request: IncomingMessage) => boolean
  /** Requests in progress, including streams; additional routes are not counted. */
  readonly inFlight: () => number
  /** Refuses new requests (503 `service.draining`), ends waits and streams, and resolves when all else is answered. */
  readonly close: () => Promise<void>
}

/** The default limits. */
export const defaultLimits: HttpLimits = {
  bodyBytes: 1_048_576,
  maxWaitSeconds: 30,
  keyWaitMs: 1_000,
  pollMs: 1_000,
  heartbeatMs: 15_000,
  sockets: defaultSocketLimits,
}

/** The media type of every body. */
export const jsonMediaType = 'application/json'
