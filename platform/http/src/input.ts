import type { Operation, PathSchemas } from '@stoa/contract'
import type { FieldError } from '@stoa/kernel'
import { Type, type TObject, type TSchema } from 'typebox'
import { fillDefaults, hasDefaults } from './schema-defaults.ts'
import { parseQuery, queryReader } from './query-string.ts'
import { invalidFields, refusalOf } from './refusals.ts'
import { makeValidator } from './validation.ts'

/** What a handler reads. */
export interface Input {
  readonly params: { readonly [name: string]: string }
  readonly query: unknown
  readonly body: unknown
}

/** Validates a request against the declaration of its operation. @throws AppError 400 malformed, 422 with a pointer to each invalid field */
export type InputReader = (params: { readonly [name: string]: string }, search: string, body: unknown) => Input

/** The input reader of an operation; its schemas are compiled when first used. */
export function inputReader({ query, body }: Pick<Operation, 'query' | 'body'>): InputReader {
  const readQuery = query === undefined ? undefined : makeQueryReader(query)
  const readBody = makeBodyReader(body)
  return (params, search, rawBody) => {
    const errors: FieldError[] = []
    const input = { params, query: readQuery?.(search, errors), body: readBody(rawBody, errors) }
    if (errors.length > 0) throw invalidFields(errors)
    return input
  }
}

/** Reads the query of a route, and adds problems to `errors`. */
export function makeQueryReader(schema: TObject): (search: string, errors: FieldError[]) => unknown {
  const read = queryReader(schema)
  const validator = makeValidator(schema)
  return (search, errors) => {
    const { query, errors: repeated } = read(parseQuery(search))
    if (repeated.length > 0) errors.push(...repeated)
    else if (!validator.check(query)) errors.push(...validator.errors(query))
    return query
  }
}

/**
 * Makes a validator of path parameters; invalid parameters match no resource. @throws AppError 400 for a NUL
 * character, which no id contains and no database accepts
 */
export function paramsChecker(schemas: PathSchemas): (params: { readonly [name: string]: string }) => boolean {
  if (Object.keys(schemas).length === 0) return () => true
  const validator = makeValidator(Type.Object({ ...schemas }))
  return (params) => {
    if (validator.check(params)) return true
    if (Object.values(params).some((value) => value.includes('\0'))) {
      throw refusalOf('request.malformed', 'The path contains a NUL character.')
    }
    return false
  }
}

function makeBodyReader(schema: TSchema | undefined): (body: unknown, errors: FieldError[]) => unknown {
  if (schema === undefined) {
    return (body, errors) => {
      if (body !== undefined && !isEmptyObject(body))
        errors.push({ pointer: '', detail: 'must be empty: the operation takes none' })
      return undefined
    }
  }
  const validator = makeValidator(schema)
  const isOptional = '~optional' in schema
  const withDefaults = hasDefaults(schema)
  return (body, errors) => {
    if (body === undefined) {
      if (isOptional) return undefined
      throw refusalOf('request.malformed', 'A JSON body is required.')
    }
    const value = withDefaults ? fillDefaults(schema, body) : body
    if (!validator.check(value)) errors.push(...validator.errors(value))
    return value
  }
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}
