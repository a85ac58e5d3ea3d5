import type { ErrorKind } from './errors.ts'

/** The meaning of one stable error code, for its page under `/errors/{code}`. */
export interface ErrorDescription {
  readonly kind: ErrorKind
  /** What the error means, in a few words. */
  readonly title: string
  /** Why the error occurs. */
  readonly why?: string
  /** What the client should do. */
  readonly fix?: string
  /** Whether the same request may succeed when it is retried. If omitted, the kind decides. */
  readonly isRetryable?: boolean
}

/** The errors that a service can return, by code. */
export type ErrorCatalogue<Code extends string = string> = { readonly [C in Code]: ErrorDescription }

/** Declares the errors of one service; every code starts with the name of the service or of a resource. */
export function errors<const Catalogue extends ErrorCatalogue<`${string}.${string}`>>(catalogue: Catalogue): Catalogue {
  return catalogue
}
