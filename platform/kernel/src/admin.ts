/** A request to an operating endpoint, from a caller with the permission `ops`. */
export interface AdminRequest {
  /** The values of the names in braces of the path. */
  readonly params: { readonly [name: string]: string }
  readonly query: unknown
  readonly body: unknown
}

/** An operating endpoint as it is served; packages declare theirs with `@stoa/contract/operating`, where they have types. */
export interface AdminEndpoint {
  readonly method: 'GET' | 'POST'
  /** Below `/admin/`, such as `sagas/{id}/retry`. */
  readonly path: string
  readonly summary: string
  /** JSON Schemas; a request without the query or the body that is declared, or with another one, is refused. */
  readonly query: object | undefined
  readonly body: object | undefined
  readonly answer: object
  /** Returns the answer, or undefined if the path leads to nothing (404). */
  readonly handle: (request: AdminRequest) => Promise<unknown>
}
