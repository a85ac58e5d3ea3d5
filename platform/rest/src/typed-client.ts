import type { Answers, BlobSchema, FileSchema, Operation, Route, Stream } from '@stoa/contract'
import type { Static, TOptional, TSchema } from 'typebox'
import type { StreamEvent } from './event-stream.ts'

/** What a client is made from: a contract, or only its operations. */
export interface RestContract {
  readonly operations: { readonly [name: string]: Route }
}

/** A method for each operation and each stream of a contract; mounts have none. */
export type RestClient<C extends RestContract> = {
  readonly [
    Name in keyof C['operations'] as C['operations'][Name] extends Operation | Stream ? Name : never
  ]: ClientMethod<C['operations'][Name]>
}

type ClientMethod<R> = R extends Operation ? RestMethod<R> : R extends Stream ? StreamMethod<R> : never

/**
 * Sends one request and resolves to the declared response. @throws RestProblem if the server responds with an error,
 * RestConnectionError if no response arrives, and the reason of a signal that is aborted
 */
export type RestMethod<O extends Operation> = (
  ...request: Arguments<RestRequest<O>>
) => Promise<RestAnswer<O['answers']>>

/**
 * Sends a request when the iteration starts, and yields the events of the stream until it ends; a stream is never resumed.
 * @throws the errors of `RestMethod`
 */
export type StreamMethod<S extends Stream> = (...request: Arguments<StreamRequest<S>>) => AsyncIterable<StreamEvent>

type Arguments<Request> = {} extends Request ? [request?: Request] : [request: Request]

/** The parts of a request that a stream declares. */
export type StreamRequest<S extends Stream> = ParamsPart<S['params']> &
  QueryPart<S['query']> & { readonly signal?: AbortSignal }

/** The parts of a request that an operation declares. */
export type RestRequest<O extends Operation> = ParamsPart<O['params']> &
  QueryPart<O['query']> &
  BodyPart<O['body']> &
  WriteParts<O['effect']> & { readonly signal?: AbortSignal }

type ParamsPart<Schemas> = keyof Schemas extends never
  ? { readonly params?: never }
  : {
      readonly params: {
        readonly [Name in keyof Schemas]: Schemas[Name] extends TSchema ? Static<Schemas[Name]> : never
      }
    }

type QueryPart<Schema> = Schema extends TSchema
  ? {} extends Static<Schema>
    ? { readonly query?: Sent<Static<Schema>> }
    : { readonly query: Sent<Static<Schema>> }
  : { readonly query?: never }

type BodyPart<Schema> = Schema extends TOptional
  ? { readonly body?: Sent<Static<Schema>> }
  : Schema extends TSchema
    ? { readonly body: Sent<Static<Schema>> }
    : { readonly body?: never }

type WriteParts<E> = E extends 'write'
  ? {
      /** The `Idempotency-Key`: 1 to 255 printable ASCII characters. If the operation requires one, the default is random. */
      readonly key?: string
      /** The `If-Match`: the `etag` of the response that was read, or `*`. */
      readonly ifMatch?: string
      /** The `Prefer` (RFC 7240): `wait=10` waits up to 10 seconds for the outcome. */
      readonly prefer?: string
    }
  : { readonly key?: never; readonly ifMatch?: never; readonly prefer?: never }

type Primitive = string | number | boolean | null | undefined

/** A value that is only read, so that read-only arrays may be sent. Branded ids are primitives. */
type Sent<Value> = Value extends Primitive
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly Sent<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Sent<Value[Name]> }
      : Value

/** The body of a response: the bytes of a file, JSON, or nothing. */
type RestBody<Schema> = Schema extends FileSchema | BlobSchema
  ? Uint8Array
  : Schema extends TSchema
    ? Static<Schema>
    : undefined

/** A response with one of the declared statuses and the body of that status. */
export type RestAnswer<A extends Answers> = {
  [Status in keyof A & number]: {
    readonly status: Status
    readonly body: RestBody<A[Status]>
    readonly headers: Headers
  }
}[keyof A & number]
