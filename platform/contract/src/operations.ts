import type { Static, TObject, TSchema } from 'typebox'

/** What a caller must hold: `'public'` is said, never assumed; `ops` is for those who run the system. */
export type Permission = 'public' | 'ops' | `${string}:${string}`

/** The names in braces of a path. */
export type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParams<Rest>
  : never

/** A schema of text for each name in braces of a path; what is not as it says names nothing (404). */
export type PathSchemas = { readonly [name: string]: TSchema }

/** Every name in braces has a schema, and nothing else has. */
type SaidOfPath<Path extends string, S> = [PathParams<Path>] extends [never]
  ? { readonly params?: undefined }
  : {
      readonly params: S & { readonly [Name in PathParams<Path>]: TSchema } & {
        readonly [Name in Exclude<keyof S, PathParams<Path>>]: never
      }
    }

/** Statuses and the schema of each one's body; `null` stands for no body. */
export type Answers = { readonly [status: number]: TSchema | null }

/** The body an operation answers with, over all its statuses. */
export type AnswerBody<A extends Answers> = {
  [Status in keyof A]: A[Status] extends TSchema ? Static<A[Status]> : undefined
}[keyof A]

/** What a read resource says of a waiting write: settled or not, the status that names the outcome, or a refusal. */
export type Settlement<Code extends string> =
  | boolean
  | { readonly status: number }
  | { readonly refused: Code; readonly detail: string }

/** Whose a resource is: a parameter of the path, a field of the answer, or nobody's. */
type Owner<Path extends string, A extends Answers> =
  | 'none'
  | `path:${PathParams<Path>}`
  | (keyof NonNullable<AnswerBody<A>> & string)

export type Effect = 'read' | 'write'
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** For whom an answer is the same: everybody, or all but those who hold a permission, who are never given a kept one. */
export type Sharing = 'everybody' | { readonly exceptWhoMay: Permission }

interface Said<Path extends string, Query, Body, A extends Answers, Code extends string> {
  /** One sentence for OpenAPI. */
  readonly summary: string
  readonly permission: Permission
  /**
   * Whose the resource is: a field of the answer, a parameter of the path, or nobody's. Another's answers 404, unless
   * the caller holds `{permission}:any`.
   */
  readonly owner: Owner<Path, A>
  readonly query?: Query
  readonly body?: Body
  readonly answers: A
  readonly refuses?: readonly Code[]
  /** The limit this route counts against besides the caller's own; `critical` is 100 a minute. */
  readonly rateClass?: 'standard' | 'critical'
  /** Milliseconds the gateway and the service give it; 5,000 when not said. */
  readonly timeoutMs?: number
  /** `Cache-Control` of a good answer. */
  readonly cacheControl?: string
  /** Of a public GET: who gets the same answer whoever asks, so that the gateway may keep it for them (RFC 9111). */
  readonly sharedWith?: Sharing
}

interface Writes<A extends Answers, Code extends string> {
  /** Whether a client must send `Idempotency-Key`; `none` keeps no record (sign-in). `accepted` when not said. */
  readonly idempotencyKey?: 'required' | 'accepted' | 'none'
  /** The read operation whose answer, for the id committed, is this one's body: at once, on replays, and while waiting. */
  readonly answersWith?: string
  /** With `Prefer: wait`: whether the resource has come to its outcome. */
  readonly settled?: (resource: AnswerBody<A>) => Settlement<NoInfer<Code>>
  /** Seconds it waits when the client does not say. */
  readonly waitSeconds?: number
  /** A provider is called between two transactions: the handler gets `begin` and `commit`. */
  readonly external?: boolean
}

/** Everything a declared operation says; read by the service, the gateway, OpenAPI and the generated tests. */
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
  readonly timeoutMs: number
  readonly cacheControl: string | undefined
  readonly sharedWith: Sharing | undefined
  readonly idempotencyKey: 'required' | 'accepted' | 'none'
  readonly answersWith: AnswersWith
  // a method, so that an operation of one resource is still an `Operation`
  settled?(resource: unknown): Settlement<string>
  readonly waitSeconds: number
  readonly external: External
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
}

/** A path prefix (`/oauth2/*`) served by a foreign Node request handler. */
export interface Mount<Path extends string = string> {
  readonly kind: 'mount'
  readonly path: Path
  readonly summary: string
  readonly permission: Permission
}

type ReadSpec<P extends string, Q, B, A extends Answers, C extends string, S> = Said<P, Q, B, A, C> & SaidOfPath<P, S>
type WriteSpec<P extends string, Q, B, A extends Answers, C extends string, S> = Said<P, Q, B, A, C> &
  Writes<A, C> &
  SaidOfPath<P, S>
type Query = TObject | undefined
type Body = TSchema | undefined

interface WithParams {
  readonly params?: PathSchemas
}

function operation(method: Method, effect: Effect, path: string, spec: object) {
  const said = spec as Said<string, unknown, unknown, Answers, never> & Writes<Answers, never> & WithParams
  return {
    kind: 'operation',
    method,
    path,
    params: said.params ?? {},
    effect,
    summary: said.summary,
    permission: said.permission,
    owner: said.owner,
    query: said.query,
    body: said.body,
    answers: said.answers,
    refuses: said.refuses ?? [],
    rateClass: said.rateClass ?? 'standard',
    timeoutMs: said.timeoutMs ?? 5_000,
    cacheControl: said.cacheControl,
    sharedWith: said.sharedWith,
    idempotencyKey: effect === 'read' ? 'none' : (said.idempotencyKey ?? 'accepted'),
    answersWith: said.answersWith,
    ...(said.settled === undefined ? {} : { settled: said.settled }),
    waitSeconds: said.waitSeconds ?? 0,
    external: said.external ?? false,
  }
}

/** Declares a GET: it reads, and needs no key. */
export function get<
  const P extends string,
  const A extends Answers,
  Q extends Query = undefined,
  const C extends string = never,
  const S extends PathSchemas = {},
>(path: P, spec: ReadSpec<P, Q, undefined, A, C, S>): Operation<P, 'read', Q, undefined, A, C, undefined, false, S> {
  return operation('GET', 'read', path, spec) as never
}

/** Declares a POST: it writes, or with `reads: true` only asks and keeps no idempotency record. */
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
): Operation<P, 'read', Q, B, A, C, undefined, false, S>
export function post<
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
  spec: WriteSpec<P, Q, B, A, C, S> & { readonly answersWith?: W; readonly external?: X; readonly reads?: false },
): Operation<P, 'write', Q, B, A, C, W, X, S>
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
  spec: WriteSpec<P, Q, B, A, C, S> & { readonly answersWith?: W; readonly external?: X },
) => Operation<P, 'write', Q, B, A, C, W, X, S>

/** Declares a PUT of one resource: `If-Match` is required when it replaces something with an `etag`. */
export const put: Write = (path, spec) => operation('PUT', 'write', path, spec) as never

/** Declares a PATCH of one resource: JSON merge patch (RFC 7396). */
export const patch: Write = (path, spec) => operation('PATCH', 'write', path, spec) as never

/** Declares a DELETE of one resource. */
export const remove: Write = (path, spec) => operation('DELETE', 'write', path, spec) as never

/** Declares a route of server-sent events. */
export function stream<const P extends string, Q extends Query = undefined, const S extends PathSchemas = {}>(
  path: P,
  spec: Pick<Said<P, Q, undefined, Answers, never>, 'summary' | 'permission' | 'owner' | 'query'> & SaidOfPath<P, S>,
): Stream<P, Q, S> {
  const { params, query, ...said } = spec as typeof spec & WithParams
  return { kind: 'stream', method: 'GET', path, ...said, params: (params ?? {}) as S, query: query as Q }
}

/** Declares a prefix that a foreign Node handler serves, with its permission said. */
export function mount<const P extends `/${string}*`>(
  path: P,
  spec: { readonly summary: string; readonly permission: Permission },
): Mount<P> {
  return { kind: 'mount', path, ...spec }
}

/** Whether a path is for the system's own processes: its service serves it on its own port, and the gateway has no route to it. */
export function isInternalPath(path: string): boolean {
  return path.startsWith('/internal/')
}
