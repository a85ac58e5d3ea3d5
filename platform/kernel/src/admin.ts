import type { AppError } from './errors.ts'
import { platformError } from './platform-errors.ts'

/** A request to an operating endpoint, from a caller with the permission `ops`. */
export interface AdminRequest {
  readonly method: string
  /** The path behind `/admin/` and the name of the area, in segments. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly body: () => Promise<Record<string, unknown>>
}

/** Serves the requests to one operating endpoint and the paths below it; a thrown error becomes problem details. */
export type Area = (request: AdminRequest) => Promise<unknown>

/** The error of a request to a path or with a method that an area does not have. */
export function unknownPath(): AppError {
  return platformError('request.path_unknown', 'There is no endpoint at this path.')
}

/** Returns what a path leads to. @throws AppError 404 if it is undefined */
export function foundAt<T>(value: T | undefined): T {
  if (value === undefined) throw unknownPath()
  return value
}

/** Returns the number in a path. @throws AppError 404 if it is not a whole number from 1 */
export function numberOf(segment: string | undefined): number {
  const number = Number(segment)
  if (!Number.isSafeInteger(number) || number < 1) throw unknownPath()
  return number
}

/** Returns the limit of a list, 50 by default. @throws AppError 422 */
export function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw invalid('limit', 'must be 1 to 200')
  return limit
}

/** Returns a whole number, 0 by default. @throws AppError 422 */
export function wholeNumberOf(query: URLSearchParams, name: string): number {
  const number = Number(query.get(name) ?? 0)
  if (!Number.isSafeInteger(number) || number < 0) throw invalid(name, 'must be a whole number')
  return number
}

/** Returns one of the choices, or undefined if the parameter is missing. @throws AppError 422 */
export function choiceOf<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: Readonly<Record<Choice, true>>,
): Choice | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (Object.hasOwn(choices, text)) return text as Choice
  throw invalid(name, `must be one of ${Object.keys(choices).join(', ')}`)
}

/** Returns a text to search for. @throws AppError 422 for NUL, which no stored text contains */
export function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? undefined
  if (text?.includes('\0') === true) throw invalid(name, 'contains a NUL character')
  return text
}

function invalid(name: string, detail: string): AppError {
  return platformError('request.invalid', `${name} ${detail}`, { fields: [{ pointer: `/${name}`, detail }] })
}
