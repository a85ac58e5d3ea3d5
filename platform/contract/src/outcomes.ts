import type { ErrorCatalogue } from '@stoa/kernel/error-catalogue'
import { AppError, type FieldError } from '@stoa/kernel/errors'
import { catalogueError } from '@stoa/kernel/platform-errors'
import type { Committed, Refused, Tx } from './handlers.ts'

interface RefusedAtRunTime {
  readonly refused: AppError
  readonly keep: ((tx: Tx<any>) => Promise<void>) | undefined
}

interface RefusalOptions {
  readonly fields?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  readonly keep?: ((tx: Tx<any>) => Promise<void>) | undefined
}

interface RefusalValue extends RefusalOptions {
  readonly code: string
  readonly detail: string
}

/** `refuse` of a handler: takes a refusal, or its code, detail and options. */
export interface RefuseAtRunTime {
  (refusal: RefusalValue): Refused
  (code: string, detail: string, options?: RefusalOptions): Refused
}

/** Makes `refuse` with the catalogue of a service or of the platform. It throws if the code is undeclared, which is a bug. */
export function refuseFrom(catalogue: ErrorCatalogue): RefuseAtRunTime {
  return (refusal: RefusalValue | string, text: string = '', options: RefusalOptions = {}) => {
    const { code, detail, keep, ...rest } =
      typeof refusal === 'string' ? { ...options, code: refusal, detail: text } : refusal
    return { refused: catalogueError(catalogue, code, detail, rest), keep } as unknown as Refused
  }
}

/** Whether a handler's result is a refusal. */
export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value && value.refused instanceof AppError
}

export function refusedError(refused: Refused): AppError {
  return (refused as unknown as RefusedAtRunTime).refused
}

/** Returns the write that a refusal keeps although it rolls back (`keep`), if it has one. */
export function refusedKeep(refused: Refused): ((tx: Tx<any>) => Promise<void>) | undefined {
  return (refused as unknown as RefusedAtRunTime).keep
}

/** Marks a value as the result of a committed write; only for `commit` of the HTTP and RPC servers. */
export function committed<Value>(value: Value): Committed<Value> {
  return { value } as Committed<Value>
}
