import type { Static, TObject, TSchema } from 'typebox'
import type { Answers, Declared, DeclaredPath, PathSchemas, Permission } from './operations.ts'

/** The messages of one direction of a socket, by name; the schema is that of their data. */
export interface Messages {
  readonly [message: string]: TSchema
}

/** A message of a socket as it is sent: a JSON text `{"type": …, "data": …}`. */
export type MessageOf<M extends Messages> = {
  [Name in keyof M & string]: { readonly type: Name; readonly data: Static<M[Name]> }
}[keyof M & string]

/** A WebSocket (RFC 6455) with typed messages in both directions, as JSON texts. */
export interface Socket<
  Path extends string = string,
  Query extends TObject | undefined = TObject | undefined,
  Params extends PathSchemas = PathSchemas,
  Receives extends Messages = Messages,
  Sends extends Messages = Messages,
> {
  readonly kind: 'socket'
  readonly method: 'GET'
  readonly path: Path
  readonly params: Params
  readonly summary: string
  readonly permission: Permission
  readonly owner: string
  readonly query: Query
  /** The codes with which it refuses the handshake and messages, besides those of the platform. */
  readonly refuses: readonly string[]
  /** What clients send. */
  readonly receives: Receives
  /** What the service sends; besides these it sends `error` with problem details. */
  readonly sends: Sends
}

/** The name of the message with which a socket refuses a message; no contract declares one of this name. */
export const socketErrorMessage = 'error'

/** The subprotocol of every socket (RFC 6455, 1.9): JSON texts with `type` and `data`. */
export const socketProtocol = 'stoa.v1'

/** A subprotocol that begins with this carries a ticket: a page cannot set `Authorization` on a WebSocket. */
export const socketTicketPrefix = 'stoa.ticket.'

/** The close codes of sockets: 1000 to 1013 are those of RFC 6455 and its registry, 4401 is the platform's. */
export const socketCloseCodes = {
  /** The instance shuts down; the reason ends in `retry-after=SECONDS`. */
  goingAway: 1001,
  /** Too many messages are invalid, or the caller may no longer read. */
  policyViolation: 1008,
  tooLarge: 1009,
  unexpected: 1011,
  /** The client reads more slowly than messages arrive, and can connect again. */
  tryAgainLater: 1013,
  /** The token has expired or its session has ended. */
  unauthenticated: 4401,
} as const

/** Declares a WebSocket. Its messages are validated in both directions, and it ends with the token of its caller. */
export function socket<
  const P extends string,
  const Receives extends Messages,
  const Sends extends Messages,
  Q extends TObject | undefined = undefined,
  const S extends PathSchemas = {},
>(
  path: P,
  spec: Pick<Declared<P, Q, undefined, Answers, string>, 'summary' | 'permission' | 'owner' | 'query' | 'refuses'> & {
    readonly receives: Receives
    readonly sends: Sends & { readonly [socketErrorMessage]?: never }
  } & DeclaredPath<P, S>,
): Socket<P, Q, S, Receives, Sends> {
  const { params, query, refuses = [], ...declared } = spec as typeof spec & { readonly params?: PathSchemas }
  return {
    kind: 'socket',
    method: 'GET',
    path,
    ...declared,
    refuses,
    params: (params ?? {}) as S,
    query: query as Q,
  }
}
