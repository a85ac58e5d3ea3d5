import type { GenServiceMethods } from '@bufbuild/protobuf/codegenv2'
import type { Static, TSchema } from 'typebox'
import type { AuditFacts } from './audit.ts'
import type { BatchBindings } from './batches.ts'
import type { Upload, UploadContext } from './blobs.ts'
import type { EventData, Handled, ReceivedEvent } from './events.ts'
import type { ReadHandle, WriteHandle } from './handles.ts'
import type { JsonText } from './json-text.ts'
import type { Mount } from './mounts.ts'
import type { SocketHandler, StreamHandler } from './open-handlers.ts'
import type { Answers, Operation, Stream } from './operations.ts'
import type { Refuse, RpcRefusalCode } from './refusals.ts'
import type { Calls, Rpc, RpcAnswer, RpcInput } from './rpc.ts'
import type { SagaDefinition } from './saga.ts'
import type { Published, SagaInput, SagaSignals, Service, TaskPayload } from './service.ts'
import type { MountHandler } from './mount-handler.ts'
import type { Socket } from './sockets.ts'

/** The caller of a request: a user, a guest, another service, or anonymous. */
export interface Caller {
  readonly kind: 'user' | 'service' | 'anonymous'
  /** The account's id, `service:order`, or `anonymous`. */
  readonly subject: string
  readonly roles: readonly string[]
  readonly address: string
  /** The session of the access token; undefined without one, and for a service. */
  readonly sessionId?: string | undefined
  /** The OAuth client to which the access token was issued. */
  readonly clientId?: string | undefined
  readonly can: (permission: string) => boolean
  /** Whether the caller may access a resource of this owner with the current operation. */
  readonly mayReach: (ownerId: string | null | undefined) => boolean
}

/** The open transaction of a service: everything written, published, started and enqueued through it is committed or rolled back together. */
export interface Tx<S extends Service = Service> extends WriteHandle {
  /** Publishes a fact about `subject` (the aggregate's id, which is also the partition key). */
  readonly publish: <E extends Published<S>>(event: E, subject: string, data: EventData<E>) => Promise<void>
  /** Starts a saga; one of that name and id that exists is joined. */
  readonly start: <Name extends keyof S['sagas'] & string>(
    saga: Name,
    id: string,
    input: SagaInput<S, Name>,
  ) => Promise<void>
  /** Signals a saga. A signal that arrives before its wait is stored; the first signal of a name counts. */
  readonly signal: <Name extends keyof S['sagas'] & string, Signal extends keyof SagaSignals<S, Name> & string>(
    saga: Name,
    id: string,
    signal: Signal,
    value: Static<SagaSignals<S, Name>[Signal]>,
  ) => Promise<void>
  /** Enqueues a task, at least once; with a `key`, a second one before the first attempt of the first only replaces its payload. */
  readonly enqueue: <Name extends keyof S['tasks'] & string>(
    task: Name,
    payload: TaskPayload<S, Name>,
    options?: { readonly delayMs?: number; readonly key?: string },
  ) => Promise<void>
  /** With the commit, wakes those who watch a resource of this id, in every replica. */
  readonly announce: (id: string) => void
  /**
   * Records an action in the audit trail, with the transaction. Facts that are left out are those of the request; outside of one the
   * service itself is the actor, and the operation is required. An audited operation that records itself is not recorded a second time.
   */
  readonly audit: (facts: Partial<AuditFacts>) => void
  /** Whether a person is erased; ask before writing data of anyone but the caller, whom the platform checks. An erasure waits for the end of the transaction. */
  readonly isErased: (subject: string) => Promise<boolean>
}

declare const outcome: unique symbol

/** The result of a committed write; only `commit` returns one. */
export interface Committed<Value = unknown> {
  readonly [outcome]: 'committed'
  readonly value: Value
}

/** The result of a rejected request; only `refuse` returns one. */
export interface Refused {
  readonly [outcome]: 'refused'
}

type Params<Schemas> = {
  readonly [Name in keyof Schemas]: Schemas[Name] extends TSchema ? Static<Schemas[Name]> : never
}
type Parsed<Schema> = Schema extends TSchema ? Static<Schema> : undefined

interface AnswerHead<Status> {
  readonly status: Status
  readonly headers?: { readonly [name: string]: string }
  /** The version in the ETag; a resource with a version can be changed only with `If-Match`. */
  readonly version?: number | string
}

/** A response that the operation declares: one of its statuses with the body of that status. */
export type Answer<A extends Answers> = {
  [Status in keyof A & number]: AnswerHead<Status> &
    (A[Status] extends TSchema ? { readonly body: Static<A[Status]> } : { readonly body?: undefined })
}[keyof A & number]

/** The response of a read, whose body may already be JSON text. */
type ReadAnswer<A extends Answers> =
  | Answer<A>
  | {
      [Status in keyof A & number]: A[Status] extends TSchema
        ? AnswerHead<Status> & { readonly body: JsonText<Static<A[Status]>> }
        : never
    }[keyof A & number]

type CommittedAnswer<A extends Answers, AnswersWith> = AnswersWith extends string
  ? { readonly status: keyof A & number; readonly id: string } | Answer<A>
  : Answer<A>

/** What every handler of a request gets. */
export interface RequestContext<S extends Service, PathSchema, Query, Body, Code extends string> {
  readonly params: Params<PathSchema>
  readonly query: Parsed<Query>
  readonly body: Parsed<Body>
  readonly caller: Caller
  readonly calls: Calls<S['calls']>
  readonly db: ReadHandle
  /** The request headers, in lower case. The platform sets the response headers. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly signal: AbortSignal
  readonly refuse: Refuse<S, Code>
}

interface WriteContext<S extends Service, A extends Answers, AnswersWith> {
  /** The client's idempotency key, when there is one. */
  readonly key: string | undefined
  /** The version in `If-Match`, if it was sent; `requireVersion` compares it with that of the row. */
  readonly expectedVersion: string | undefined
  /**
   * Runs the change once, in one transaction with its idempotency record, its events and its saga's start; may be run
   * again after a serialization failure or deadlock, so it touches only `tx`. A refusal returned inside rolls back.
   */
  readonly commit: (
    change: (tx: Tx<S>) => Promise<CommittedAnswer<A, AnswersWith> | Refused>,
  ) => Promise<Committed | Refused>
}

interface ExternalContext<S extends Service> {
  /** Runs once, before the provider is called. Its result is stored under the key and passed to repeated requests. */
  readonly begin: <Begun>(start: (tx: Tx<S>) => Promise<Begun | Refused>) => Promise<Begun | Refused>
}

interface RawBodyContext {
  /** The received bytes of the body; `body` is the parsed value. */
  readonly rawBody: Uint8Array
}

declare const handles: unique symbol

type OperationContext<S extends Service, O> =
  O extends Operation<
    string,
    infer E,
    infer Query,
    infer Body,
    infer A,
    infer Code,
    infer AnswersWith,
    infer External,
    infer PathSchema,
    infer Raw
  >
    ? RequestContext<S, PathSchema, Query, Body, Code> &
        (E extends 'write'
          ? WriteContext<S, A, AnswersWith> &
              (External extends true ? ExternalContext<S> : unknown) &
              (Raw extends true ? RawBodyContext : unknown) &
              (O extends Upload ? UploadContext : unknown)
          : unknown)
    : never

type OperationResult<O> =
  O extends Operation<string, infer E, any, any, infer A, any, any, any>
    ? E extends 'write'
      ? Committed | Refused
      : ReadAnswer<A> | Refused
    : never

/** The handler of one declared operation of a service. */
export interface Handler<S extends Service, Name extends keyof S['operations']> {
  (context: OperationContext<S, S['operations'][Name]>): Promise<OperationResult<S['operations'][Name]>>
  readonly [handles]?: Name
}

type RpcParts<S extends Service> =
  S['rpc'] extends Rpc<infer Methods, infer Spec> ? { methods: Methods; declared: Spec } : never

type RpcContext<S extends Service, M extends PropertyKey> =
  RpcParts<S> extends {
    methods: infer Methods extends GenServiceMethods
    declared: infer Spec
  }
    ? M extends keyof Methods & keyof Spec
      ? {
          readonly input: RpcInput<Methods, M>
          readonly caller: Caller
          readonly calls: Calls<S['calls']>
          readonly db: ReadHandle
          readonly signal: AbortSignal
          readonly refuse: Refuse<S, RpcRefusalCode<S, M>>
        } & (Spec[M] extends { effect: 'write' }
          ? {
              /** The permanent idempotency key of the effect; every write has one. */
              readonly key: string
              /** In a compensation: the key of the action it undoes. */
              readonly compensates: string | undefined
              /** Runs the change once at a time for this key (and for the one it compensates), in one transaction. */
              readonly commit: (
                change: (tx: Tx<S>) => Promise<RpcAnswer<Methods, M> | Refused>,
              ) => Promise<Committed<RpcAnswer<Methods, M>> | Refused>
              /** A transaction before a provider is called; `commit` comes after it. */
              readonly begin: <Begun>(start: (tx: Tx<S>) => Promise<Begun | Refused>) => Promise<Begun | Refused>
            }
          : unknown)
      : never
    : never

type RpcResult<S extends Service, M extends PropertyKey> =
  RpcParts<S> extends {
    methods: infer Methods extends GenServiceMethods
    declared: infer Spec
  }
    ? M extends keyof Methods & keyof Spec
      ? Spec[M] extends { effect: 'write' }
        ? Committed<RpcAnswer<Methods, M>> | Refused
        : RpcAnswer<Methods, M> | Refused
      : never
    : never

/** The handler of one RPC method of a service. */
export interface RpcHandler<S extends Service, Name extends PropertyKey> {
  (context: RpcContext<S, Name>): Promise<RpcResult<S, Name>>
  readonly [handles]?: Name
}

/** What handles one subscribed event: reads and calls first, then the change with its inbox row in one transaction. */
export interface Consumer<S extends Service, Name extends keyof S['consumes'], Data = unknown> {
  readonly prepare?: (context: {
    readonly event: ReceivedEvent<S['consumes'][Name]>
    readonly calls: Calls<S['calls']>
    readonly db: ReadHandle
  }) => Promise<Data>
  // a method, so that a consumer of specific data is assignable to a consumer of any data
  apply(event: ReceivedEvent<S['consumes'][Name]>, tx: Tx<S>, data: Data): Promise<void>
  readonly [handles]?: Name
}

/** The handler of one declared task; `commit` ends the task in the transaction of its change. */
export interface TaskHandler<S extends Service, Name extends keyof S['tasks']> {
  (context: {
    readonly payload: TaskPayload<S, Name>
    readonly calls: Calls<S['calls']>
    readonly db: ReadHandle
    readonly key: string
    readonly attempt: number
    readonly commit: (change: (tx: Tx<S>) => Promise<void>) => Promise<void>
  }): Promise<void>
  readonly [handles]?: Name
}

/** How a service exports and erases the personal data of an account. */
export interface PersonalData<S extends Service> {
  readonly export: (subject: string, db: ReadHandle) => Promise<{ readonly [what: string]: unknown }>
  readonly erase: (tx: Tx<S>, subject: string) => Promise<void>
}

type RouteHandler<S extends Service, Name extends keyof S['operations']> = S['operations'][Name] extends Mount
  ? MountHandler
  : S['operations'][Name] extends Stream<string, any>
    ? StreamHandler<S, Name>
    : S['operations'][Name] extends Socket<string, any, any, any, any>
      ? SocketHandler<S, Name>
      : Handler<S, Name>

/** A handler for everything the contract declares; a missing handler does not compile. */
export type Bindings<S extends Service> = HandlerBindings<S> & BatchBindings<S>

interface HandlerBindings<S extends Service> {
  readonly operations: { readonly [Name in keyof S['operations']]: RouteHandler<S, Name> }
  readonly rpc: S['rpc'] extends Rpc<any, infer Spec> ? { readonly [Name in keyof Spec]: RpcHandler<S, Name> } : {}
  /** Erasure events are not included: the platform handles them with `personalData.erase`. */
  readonly consumes: { readonly [Name in Handled<S['consumes']>]: Consumer<S, Name, any> }
  /** Several versions of a saga side by side, while sagas of an older version are running. */
  readonly sagas: {
    readonly [Name in keyof S['sagas'] & string]: SagaDefinition<S, Name> | readonly SagaDefinition<S, Name>[]
  }
  readonly tasks: { readonly [Name in keyof S['tasks']]: TaskHandler<S, Name> }
  readonly personalData: S['personalData'] extends 'none' ? 'none' : PersonalData<S>
}
