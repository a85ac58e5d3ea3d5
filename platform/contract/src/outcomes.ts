import { AppError, type FieldError } from '@stoa/kernel'
import { platformErrors, type ErrorCatalogue } from './errors.ts'
import type { Committed, Refused, Tx } from './handlers.ts'

interface RefusedAtRunTime {
  readonly refused: AppError
  readonly keep: ((tx: Tx<any>) => Promise<void>) | undefined
}

/** Makes a refusal from the service's catalogue or the platform's; an undeclared code is a bug and throws. */
export function refusal(
  catalogue: ErrorCatalogue,
  code: string,
  detail: string,
  options: {
    readonly fields?: readonly FieldError[]
    readonly retryAfterSeconds?: number
    readonly keep?: (tx: Tx<any>) => Promise<void>
  } = {},
): Refused {
  const { keep, ...rest } = options
  return { refused: catalogueError(catalogue, code, detail, rest), keep } as unknown as Refused
}

/** The AppError of a declared code, with the kind its catalogue gives it. */
export function catalogueError(
  catalogue: ErrorCatalogue,
  code: string,
  detail: string,
  options: {
    readonly fields?: readonly FieldError[]
    readonly retryAfterSeconds?: number
    readonly cause?: unknown
  } = {},
): AppError {
  const described = catalogue[code] ?? (platformErrors as ErrorCatalogue)[code]
  if (described === undefined) throw new Error(`refused with the undeclared code ${code}`)
  return new AppError(described.kind, code, detail, options)
}

/** Whether a handler's result is a refusal. */
export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value && value.refused instanceof AppError
}

/** The error of a refusal. */
export function refusedError(refused: Refused): AppError {
  return (refused as unknown as RefusedAtRunTime).refused
}

/** What a refusal wants to leave behind, when it does. */
export function refusedKeep(refused: Refused): ((tx: Tx<any>) => Promise<void>) | undefined {
  return (refused as unknown as RefusedAtRunTime).keep
}

/** Marks a value as the end of a write that holds; for the doors' `commit` alone. */
export function committed<Value>(value: Value): Committed<Value> {
  return { value } as Committed<Value>
}
