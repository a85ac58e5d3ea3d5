import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller, MountHandler, Permission, Service, Tx, WriteHandle } from '@stoa/contract'
import type { NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { Authenticate } from './caller.ts'
import type { IsTrustedProxy } from './exchange.ts'

/** For whom, and how long, the calls of one request are made. */
export interface CallContext {
  readonly caller: Caller
  /** The client's idempotency key, on operations that write. */
  readonly key: string | undefined
  readonly signal: AbortSignal
}

/** Tells that a resource may have changed. */
export interface Changes {
  /** Watches the resource of this id until it is stopped; a poll stands behind it. */
  readonly watch: (id: string) => Watch
}

/** One wait for a change. */
export interface Watch {
  /** Resolves when the resource may have changed. */
  readonly changed: Promise<void>
  readonly stop: () => void
}

/** Sizes and times; each has a default. */
export interface HttpLimits {
  /** Largest body; 1 MiB. */
  readonly bodyBytes: number
  /** Longest `Prefer: wait`; 30. */
  readonly maxWaitSeconds: number
  /** How long a repeat waits for the first request of its key; 1,000. */
  readonly keyWaitMs: number
  /** How often a waiting request reads again when nothing is announced; 1,000. */
  readonly pollMs: number
  /** A comment is sent to a silent stream of server-sent events this often; 15,000. */
  readonly heartbeatMs: number
}

/** A path served beside the contract's: exact, or a prefix that ends in `/*`. It goes on while the service drains. */
export interface ExtraRoute {
  readonly path: string
  readonly permission: Permission
  readonly handle: MountHandler
}

/** What the HTTP side of one service is made from. */
export interface HttpAppOptions {
  readonly service: Service
  /** `Bindings['operations']` of the service. */
  readonly bindings: { readonly [name: string]: unknown }
  readonly database: Database
  /** The typed clients of the declared calls. */
  readonly calls: (context: CallContext) => object
  readonly makeTx: (tx: WriteHandle) => Tx
  readonly authenticate: Authenticate
  readonly telemetry: Telemetry
  readonly newId: NewId
  readonly changes: Changes
  readonly version: string
  readonly limits?: Partial<HttpLimits>
  readonly extraRoutes?: readonly ExtraRoute[]
  /** Whose `X-Forwarded-For` counts; the same machine's unless given. */
  readonly isTrustedProxy?: IsTrustedProxy
  /** Fails an answer that is not as the contract declares it, undeclared fields included; for tests and development. */
  readonly checkAnswers?: boolean
}

/** The HTTP side of one service, to be attached to a port that others may share. */
export interface HttpApp {
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
  /** Requests begun and not yet answered, streams included; extra routes are not counted. */
  readonly inFlight: () => number
  /** Refuses new requests (503 `service.draining`), ends waits and streams, and resolves when all else is answered. */
  readonly close: () => Promise<void>
}

/** The limits that hold unless others are given. */
export const defaultLimits: HttpLimits = {
  bodyBytes: 1_048_576,
  maxWaitSeconds: 30,
  keyWaitMs: 1_000,
  pollMs: 1_000,
  heartbeatMs: 15_000,
}

/** The media type of every body. */
export const jsonMediaType = 'application/json'
