import type { TSchema } from 'typebox'

/** In `with`: the account of the caller. */
export const callerId = '@caller'

/** A field of the graph: what a read operation returns. */
export interface GraphRead {
  /** The service of the operation; by default the one that declares the field. */
  readonly service?: string
  /** A read operation without a body, whose response is JSON. */
  readonly operation: string
  /**
   * Parameters of the path and the query that get the value of a field of the object, or of `callerId`. All others are arguments of
   * the field. If the object lacks the field, the result is null.
   */
  readonly with?: { readonly [parameter: string]: string }
}

/** A field that a client can subscribe to: the events of a stream of the service. */
export interface GraphStream {
  /** A route of server-sent events; its parameters are arguments of the field. */
  readonly stream: string
  /** The schema of the data of its events. */
  readonly event: TSchema
}

/** What a service contributes to the graph that the gateway serves at `/graphql`: data only, like all of a contract. */
export interface Graph {
  /** The names of object types; an object that is not listed is named after its place (`OrderTotals`). */
  readonly types: { readonly [name: string]: TSchema }
  readonly queries: { readonly [field: string]: GraphRead }
  /** The fields that lead from an object to others, also of other services; left out where that service is not part of the system. */
  readonly relations: { readonly [type: string]: { readonly [field: string]: GraphRead } }
  readonly subscriptions?: { readonly [field: string]: GraphStream }
}

/** The graph of a service that contributes nothing. */
export const noGraph: Graph = { types: {}, queries: {}, relations: {} }
