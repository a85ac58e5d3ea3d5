import { isAppError, type AppError } from '@stoa/kernel'
import { sqlState } from '@stoa/postgres'
import { pointerStep } from './json-pointer.ts'
import { invalidFields, refusalOf } from './refusals.ts'
import type { Input } from './input.ts'

/** SQLSTATE of a text that is not a value of the column's type, and of a number, time or time zone out of its range. */
const unreadable = new Set(['22P02', '22003', '22007', '22008', '22009'])

/**
 * The refusal of a value that only the database found out about: a path's id that is no UUID names nothing (404), an
 * If-Match that is no version is stale (412), a number out of the column's range is invalid (422). Undefined when the
 * database speaks of a value that did not come in with the request: then it is a bug.
 */
export function refusalOfStoredInput(
  error: unknown,
  { params, query, body }: Input,
  expectedVersion: string | undefined,
  hidden: () => AppError,
): AppError | undefined {
  if (isAppError(error) || !unreadable.has(sqlState(error) ?? '')) return undefined
  const value = /"(.*)"/s.exec((error as Error).message)?.[1]
  if (value === undefined) return undefined
  if (Object.values(params).includes(value)) return hidden()
  if (value === expectedVersion) return refusalOf('request.stale', 'If-Match names no version of this resource.')
  const pointer = pointerTo(value, query, '') ?? pointerTo(value, body, '')
  return pointer === undefined ? undefined : invalidFields([{ pointer, detail: 'is out of range' }])
}

function pointerTo(value: string, node: unknown, pointer: string): string | undefined {
  if (typeof node === 'string' || typeof node === 'number') return String(node) === value ? pointer : undefined
  if (typeof node !== 'object' || node === null) return undefined
  for (const [name, item] of Object.entries(node)) {
    const found = pointerTo(value, item, pointer + pointerStep(name))
    if (found !== undefined) return found
  }
  return undefined
}
