import type { AdminEndpoint } from '@stoa/kernel/admin'
import { Type, type Static, type TObject, type TSchema } from 'typebox'
import type { PathParams } from './operations.ts'
import { closed } from './schemas.ts'

/**
 * An endpoint by which operators inspect or change a part of a running service: `/admin/{path}` of the service, which the gateway
 * serves as `/api/v1/ops/{service}/{path}`. It requires the permission `ops`.
 */
export interface OperatingEndpoint<
  Path extends string = string,
  Query extends TObject | undefined = TObject | undefined,
  Body extends TObject | undefined = TObject | undefined,
  Answer extends TSchema = TSchema,
> {
  readonly method: 'GET' | 'POST'
  readonly path: Path
  /** One sentence for the reference. */
  readonly summary: string
  readonly query: Query
  readonly body: Body
  readonly answer: Answer
}

interface Declared<Query, Body, Answer> {
  readonly summary: string
  readonly query?: Query
  readonly body?: Body
  readonly answer: Answer
}

/** Declares an endpoint that only reads. */
export function inspect<
  const Path extends string,
  Answer extends TSchema,
  Query extends TObject | undefined = undefined,
>(
  path: Path,
  { summary, query, answer }: Omit<Declared<Query, never, Answer>, 'body'>,
): OperatingEndpoint<Path, Query, undefined, Answer> {
  return { method: 'GET', path, summary, query: query as Query, body: undefined, answer }
}

/** Declares an endpoint that changes something. */
export function act<
  const Path extends string,
  Answer extends TSchema,
  Query extends TObject | undefined = undefined,
  Body extends TObject | undefined = undefined,
>(
  path: Path,
  { summary, query, body, answer }: Declared<Query, Body, Answer>,
): OperatingEndpoint<Path, Query, Body, Answer> {
  return { method: 'POST', path, summary, query: query as Query, body: body as Body, answer }
}

type Given<Schema> = Schema extends TSchema ? Static<Schema> : undefined

/** What the caller of an operating endpoint sends. */
export interface OperatingRequest<E extends OperatingEndpoint> {
  readonly params: { readonly [Name in PathParams<E['path']>]: string }
  readonly query: Given<E['query']>
  readonly body: Given<E['body']>
}

/** The answer of an operating endpoint. */
export type OperatingAnswer<E extends OperatingEndpoint> = Static<E['answer']>

/** An answer before it is JSON: a time in it may still be an `Instant`. */
type BeforeJson<T> = T extends string
  ? T | Temporal.Instant
  : T extends readonly (infer Item)[]
    ? readonly BeforeJson<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: BeforeJson<T[Name]> }
      : T

/** The handler of each endpoint; undefined means that the path leads to nothing (404). */
export type OperatingHandlers<Endpoints extends Readonly<Record<string, OperatingEndpoint>>> = {
  readonly [Name in keyof Endpoints]: (
    request: OperatingRequest<Endpoints[Name]>,
  ) => Promise<BeforeJson<OperatingAnswer<Endpoints[Name]>> | undefined>
}

/** Binds the endpoints of a package to their handlers. */
export function serveEndpoints<const Endpoints extends Readonly<Record<string, OperatingEndpoint>>>(
  endpoints: Endpoints,
  handlers: OperatingHandlers<Endpoints>,
): readonly AdminEndpoint[] {
  return Object.entries(endpoints).map(([name, endpoint]) => ({
    ...endpoint,
    // each handler gets what its endpoint declares, which the router has validated
    handle: handlers[name] as unknown as AdminEndpoint['handle'],
  }))
}

/** The id of a row in a path: a whole number from 1; undefined for any other text. */
export function rowIdOf(text: string): number | undefined {
  const id = Number(text)
  return Number.isSafeInteger(id) && id >= 1 ? id : undefined
}

/** The query of lists for operators: at most 200 items, 50 by default. */
export const OperatingLimit = Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 }))

/** A text to search for. */
export const SearchText = Type.String({ maxLength: 500, pattern: '^[^\\u0000]*$' })

/** The number of items that were changed. */
export const Changed = Type.Object({ count: Type.Integer({ minimum: 0 }) }, closed)
