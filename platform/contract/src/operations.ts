import type { Static, TObject, TSchema } from 'typebox'
import type { UploadBody } from './blobs.ts'
import type { Deprecation } from './deprecation.ts'

/** The permission that a caller needs: `'public'` must be declared explicitly; `service` is for other services, `ops` for operators. */
export type Permission = 'public' | 'service' | 'ops' | `${string}:${string}`

/** The names in braces in a path. */
export type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParams<Rest>
  : never

/** A string schema for each name in braces of a path; a value that does not match returns 404. */
export type PathSchemas = { readonly [name: string]: TSchema }

/** Requires a schema for every name in braces, and for no other name. */
export type DeclaredPath<Path extends string, S> = [PathParams<Path>] extends [never]
  ? { readonly params?: undefined }
  : {
      readonly params: S & { readonly [Name in PathParams<Path>]: TSchema } & {
        readonly [Name in Exclude<keyof S, PathParams<Path>>]: never
      }
    }

/** The statuses of an operation and the schema of each body; `null` means no body. */
export type Answers = { readonly [status: number]: TSchema | null }

/** The response body of an operation, over all its statuses. */
export type AnswerBody<A extends Answers> = {
  [Status in keyof A]: A[Status] extends TSchema ? Static<A[Status]> : undefined
}[keyof A]

/** The outcome that a read resource shows to a waiting write: settled or not, the status of the outcome, or an error. */
export type Settlement<Code extends string> =
  | boolean
  | { readonly status: number }
  | { readonly refused: Code; readonly detail: string }

/** The owner of a resource: a path parameter, a response field, or none. */
type Owner<Path extends string, A extends Answers> =
  | 'none'
  | `path:${PathParams<Path>}`
  | (keyof NonNullable<AnswerBody<A>> & string)

export type Effect = 'read' | 'write'
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The callers that get the same response: everyone, or everyone without a permission; callers with the permission never get a cached response. */
export type Sharing = 'everybody' | { readonly exceptWhoMay: Permission }

/** What every operation declares. */
export interface Declared<Path extends string, Query, Body, A extends Answers, Code extends string> {
  /** One sentence for OpenAPI. */
  readonly summary: string
  readonly permission: Permission
  /**
   * The owner of the resource: a response field, a path parameter, or none. Resources of others return 404, unless the
   * caller has `{permission}:any`.
   */
  readonly owner: Owner<Path, A>
  readonly query?: Query
  readonly body?: Body
  readonly answers: A
  readonly refuses?: readonly Code[]
  /** The rate limit of this route in addition to that of the caller; `critical` is 100 per minute. */
  readonly rateClass?: 'standard' | 'critical'
  /** Whether it checks a password: then each 401 counts against the client's address. */
  readonly checksPassword?: boolean
  /** Milliseconds that the gateway and the service allow the operation; 5,000 by default. */
  readonly timeoutMs?: number
  /** `Cache-Control` of a successful response. */
  readonly cacheControl?: string
  /**
   * Whether the audit trail records every request (true) or none (false). By default it records those with which the caller reads or
   * changes what others own, by `{permission}:any`.
   */
  readonly audited?: boolean
  /** For a public GET: the callers that get the same response, which the gateway may therefore cache for them (RFC 9111). */
  readonly sharedWith?: Sharing
  /** Since when clients should use another operation. */
  readonly deprecated?: Deprecation
}

/** What a write declares in addition. */
export interface Writes<A extends Answers, Code extends string> {
  /** Whether a client must send `Idempotency-Key`; `none` keeps no record (sign-in). `accepted` by default. */
  readonly idempotencyKey?: 'required' | 'accepted' | 'none'
  /** The read operation whose response for the committed id is the response body of this operation, also for repeated requests and while waiting. */
  readonly answersWith?: string
  /** With `Prefer: wait`: returns whether the resource has reached its outcome. */
  readonly settled?: (resource: AnswerBody<A>) => Settlement<NoInfer<Code>>
  /** Seconds to wait if the client does not specify them. */
  readonly waitSeconds?: number
  /** Whether a provider is called between two transactions; the handler then gets `begin` and `commit`. */
  readonly external?: boolean
  /** Whether the handler also gets the received bytes of the body, to verify a signature. */
  readonly rawBody?: boolean
}

/** The complete declaration of an operation; read by the service, the gateway, OpenAPI and the generated tests. */
export interface Operation<
  Path extends string = string,
  E extends Effect = Effect,
  Query extends TObject | undefined = TObject | undefined,
  Body extends TSchema | undefined = TSchema | undefined,
  A extends Answers = Answers,
  Code extends string = string,
  AnswersWith extends string | undefined = string | undefined,
  External extends boolean = boolean,
  Params extends PathSchemas = PathSchemas,
  Raw extends boolean = boolean,
> {
  readonly kind: 'operation'
  readonly method: Method
  readonly path: Path
  readonly params: Params
  readonly effect: E
  readonly summary: string
  readonly permission: Permission
  readonly owner: string
  readonly query: Query
  readonly body: Body
  readonly answers: A
  readonly refuses: readonly Code[]
  readonly rateClass: 'standard' | 'critical'
  readonly checksPassword: boolean
  readonly timeoutMs: number
  readonly cacheControl: string | undefined
  readonly sharedWith: Sharing | undefined
  readonly audited: boolean | undefined
  readonly deprecated?: Deprecation
  readonly idempotencyKey: 'required' | 'accepted' | 'none'
  readonly answersWith: AnswersWith
  // a method, so that an operation of one resource is still an `Operation`
  settled?(resource: unknown): Settlement<string>
  readonly waitSeconds: number
  readonly external: External
  readonly rawBody: Raw
  /** What is accepted as the body of an upload. */
  readonly upload?: UploadBody
  /** The shelf of the blob that is the response. */
  readonly download?: { readonly shelf: string }
}

/** A route answered by server-sent events; its handler yields them. */
export interface Stream<
  Path extends string = string,
  Query extends TObject | undefined = TObject | undefined,
  Params extends PathSchemas = PathSchemas,
> {
  readonly kind: 'stream'
  readonly method: 'GET'
  readonly path: Path
  readonly params: Params
  readonly summary: string
  readonly permission: Permission
  readonly owner: string
  readonly query: Query
  /** The codes with which it refuses, besides those of the platform. */
  readonly refuses: readonly string[]
}

type ReadSpec<P extends string, Q, B, A extends Answers, C extends string, S> = Declared<P, Q, B, A, C> &
  DeclaredPath<P, S>
type WriteSpec<P extends string, Q, B, A extends Answers, C extends string, S> = Declared<P, Q, B, A, C> &
  Writes<A, C> &
  DeclaredPath<P, S>
type Query = TObject | undefined
type Body = TSchema | undefined

interface WithParams {
  readonly params?: PathSchemas
}

function operation(method: Method, effect: Effect, path: string, spec: object) {
  const declared = spec as Declared<string, unknown, unknown, Answers, never> & Writes<Answers, never> & WithParams
  return {
    kind: 'operation',
    method,
    path,
    params: declared.params ?? {},
    effect,
    summary: declared.summary,
    permission: declared.permission,
    owner: declared.owner,
    query: declared.query,
    body: declared.body,
    answers: declared.answers,
    refuses: declared.refuses ?? [],
    rateClass: declared.rateClass ?? 'standard',
    checksPassword: declared.checksPassword ?? false,
    timeoutMs: declared.timeoutMs ?? 5_000,
    cacheControl: declared.cacheControl,
    sharedWith: declared.sharedWith,
    audited: declared.audited,
    ...(declared.deprecated === undefined ? {} : { deprecated: declared.deprecated }),
    idempotencyKey: effect === 'read' ? 'none' : (declared.idempotencyKey ?? 'accepted'),
    answersWith: declared.answersWith,
    ...(declared.settled === undefined ? {} : { settled: declared.settled }),
    waitSeconds: declared.waitSeconds ?? 0,
    external: declared.external ?? false,
    rawBody: declared.rawBody ?? false,
  }
}

/** Declares a GET, which only reads and takes no idempotency key. */
export function get<
  const P extends string,
  const A extends Answers,
  Q extends Query = undefined,
  const C extends string = never,
  const S extends PathSchemas = {},
>(
  path: P,
  spec: ReadSpec<P, Q, undefined, A, C, S>,
): Operation<P, 'read', Q, undefined, A, C, undefined, false, S, false> {
  return operation('GET', 'read', path, spec) as never
}

/** Declares a POST. It writes; with `reads: true` it only reads and stores no idempotency record. */
export function post<
  const P extends string,
  const A extends Answers,
  Q extends Query = undefined,
  B extends Body = undefined,
  const C extends string = never,
  const S extends PathSchemas = {},
>(
  path: P,
  spec: ReadSpec<P, Q, B, A, C, S> & { readonly reads: true },
): Operation<P, 'read', Q, B, A, C, undefined, false, S, false>
export function post<
  const P extends string,
  const A extends Answers,
  Q extends Query = undefined,
  B extends Body = undefined,
  const C extends string = never,
  const W extends string | undefined = undefined,
  const X extends boolean = false,
  const S extends PathSchemas = {},
  const R extends boolean = false,
>(
  path: P,
  spec: WriteSpec<P, Q, B, A, C, S> & {
    readonly answersWith?: W
    readonly external?: X
    readonly rawBody?: R
    readonly reads?: false
  },
): Operation<P, 'write', Q, B, A, C, W, X, S, R>
export function post(path: string, spec: { readonly reads?: boolean }): never {
  return operation('POST', spec.reads === true ? 'read' : 'write', path, spec) as never
}

type Write = <
  const P extends string,
  const A extends Answers,
  Q extends Query = undefined,
  B extends Body = undefined,
  const C extends string = never,
  const W extends string | undefined = undefined,
  const X extends boolean = false,
  const S extends PathSchemas = {},
>(
  path: P,
  spec: WriteSpec<P, Q, B, A, C, S> & { readonly answersWith?: W; readonly external?: X; readonly rawBody?: false },
) => Operation<P, 'write', Q, B, A, C, W, X, S, false>

/** Declares a PUT of one resource; `If-Match` is required if it replaces a resource with an `etag`. */
export const put: Write = (path, spec) => operation('PUT', 'write', path, spec) as never

/** Declares a PATCH of one resource: JSON merge patch (RFC 7396). */
export const patch: Write = (path, spec) => operation('PATCH', 'write', path, spec) as never

/** Declares a DELETE of one resource. */
export const remove: Write = (path, spec) => operation('DELETE', 'write', path, spec) as never

/** Declares a route of server-sent events. */
export function stream<const P extends string, Q extends Query = undefined, const S extends PathSchemas = {}>(
  path: P,
  spec: Pick<Declared<P, Q, undefined, Answers, string>, 'summary' | 'permission' | 'owner' | 'query' | 'refuses'> &
    DeclaredPath<P, S>,
): Stream<P, Q, S> {
  const { params, query, refuses = [], ...declared } = spec as typeof spec & WithParams
  return { kind: 'stream', method: 'GET', path, ...declared, refuses, params: (params ?? {}) as S, query: query as Q }
}

/**
 * Returns whether a path is internal: only processes of the system use it, on the port of the service, and the gateway has no route
 * to it. `/v1/traces` and `/v1/logs` are the paths of OTLP over HTTP.
 */
export function isInternalPath(path: string): boolean {
  return ['/internal/', '/v1/traces', '/v1/logs'].some((prefix) => path.startsWith(prefix))
}
