import type { TSchema } from 'typebox'
import type { Answers, PathSchemas, Permission } from './operations.ts'

/** A path prefix (`/oauth2/*`) served by a foreign Node request handler. */
export interface Mount<Path extends string = string> {
  readonly kind: 'mount'
  readonly path: Path
  readonly summary: string
  readonly permission: Permission
  /** Whether its 401s count against the client's address. */
  readonly checksPassword: boolean
  /** Whether its callers are known by the bearer tokens of the platform, so that the gateway limits each of them, and not by its own means. */
  readonly takesTokens: boolean
  /** Whether its successful requests are neither logged nor counted: what sends telemetry would otherwise produce more of it. */
  readonly isQuiet: boolean
  /** What OpenAPI shows of it; nothing where the handler has a document of its own. */
  readonly endpoints: readonly MountedEndpoint[]
}

/** An endpoint of a mounted handler, for documents alone: the handler itself checks what it gets. */
export interface MountedEndpoint {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly summary: string
  readonly params: PathSchemas
  readonly body: TSchema
  /** The JSON bodies of responses by status; null for one without a body. */
  readonly answers: Answers
}

/** Declares a path prefix that a Node handler outside the platform serves, with its permission. */
export function mount<const P extends `/${string}*`>(
  path: P,
  spec: Pick<Mount, 'summary' | 'permission'> &
    Partial<Pick<Mount, 'checksPassword' | 'takesTokens' | 'isQuiet' | 'endpoints'>>,
): Mount<P> {
  return { kind: 'mount', path, checksPassword: false, takesTokens: false, isQuiet: false, endpoints: [], ...spec }
}
