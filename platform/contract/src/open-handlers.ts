import type { TObject } from 'typebox'
import type { Refused, RequestContext, Tx } from './handlers.ts'
import type { Stream } from './operations.ts'
import type { Service } from './service.ts'
import type { MessageOf, Messages, Socket } from './sockets.ts'

declare const handles: unique symbol

interface StreamContext {
  /** Yields the result of `read` for a resource: immediately, then after changes and every second. All followers of an id share one read. */
  readonly follow: <Value>(id: string, read: () => Promise<Value>) => AsyncIterable<Value>
}

/** The handler of a route of server-sent events: yields until the client leaves (`signal`). */
export interface StreamHandler<S extends Service, Name extends keyof S['operations']> {
  (
    context: S['operations'][Name] extends Stream<string, infer Query, infer PathSchema>
      ? RequestContext<S, PathSchema, Query extends TObject ? Query : undefined, undefined, never> & StreamContext
      : never,
  ): AsyncIterable<{ readonly id?: string; readonly event?: string; readonly data: unknown }>
  readonly [handles]?: Name
}

/** A WebSocket after its handshake. */
export interface OpenSocket<Receives extends Messages = Messages, Sends extends Messages = Messages> {
  /** The valid messages of the client, in order; the client is read no faster than the handler takes them. Ends with the socket. */
  readonly messages: AsyncIterable<MessageOf<Receives>>
  /** Resolves when the message was handed to the network. A client that does not read for long is disconnected. */
  readonly send: (message: MessageOf<Sends>) => Promise<void>
  /** Sends a message that may be lost, such as that someone types: it is dropped while the client is behind. */
  readonly sendIfCurrent: (message: MessageOf<Sends>) => void
  /** Sends the refusal of a message as `error`, with problem details; the socket stays open. */
  readonly reject: (refused: Refused) => Promise<void>
  /** Aborted when the socket ends, for any reason. */
  readonly signal: AbortSignal
}

interface SocketContext<S extends Service, Receives extends Messages, Sends extends Messages> {
  /** Completes the handshake; before, a refusal is answered as that of any request. */
  readonly accept: () => Promise<OpenSocket<Receives, Sends>>
  /** Runs a change in one transaction of the caller; it may be run again after a serialization failure. A refusal rolls back. */
  readonly commit: <Value>(change: (tx: Tx<S>) => Promise<Value | Refused>) => Promise<Value | Refused>
  /** Resolves at the next announcement of an id (`tx.announce`) in any replica with true, and with false after a while without one. */
  readonly watch: (id: string) => { readonly changed: Promise<boolean>; readonly stop: () => void }
}

/** The handler of a WebSocket: returns when it ends, or a refusal. It runs until `signal` of the open socket at most. */
export interface SocketHandler<S extends Service, Name extends keyof S['operations']> {
  (
    context: S['operations'][Name] extends Socket<
      string,
      infer Query,
      infer PathSchema,
      infer Receives extends Messages,
      infer Sends extends Messages
    >
      ? RequestContext<
          S,
          PathSchema,
          Query extends TObject ? Query : undefined,
          undefined,
          keyof S['errors'] & string
        > &
          SocketContext<S, Receives, Sends>
      : never,
  ): Promise<void | Refused>
  readonly [handles]?: Name
}
